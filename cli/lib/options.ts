import { InvalidArgumentError } from 'commander'

/** Reads a comma-separated list of which every item has to be one of the values; case does not matter. Given again, the option adds to what it said before. */
export const listOf =
  <T extends string>(values: readonly T[]) =>
  (given: string, before: readonly T[] = []): T[] => [...before, ...itemsOf(given).map(oneOf(values))]

const itemsOf = (given: string): string[] =>
  given
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)

/** Reads one of the values; case does not matter. */
export const oneOf =
  <T extends string>(values: readonly T[]) =>
  (given: string): T => {
    const found = values.find((value) => value.toLowerCase() === given.toLowerCase())
    if (found !== undefined) return found
    throw new InvalidArgumentError(`There is no "${given}"; allowed are ${values.join(', ')}.`)
  }

export function parsePositive(given: string): number {
  const value = Number(given)
  if (given.trim() !== '' && value > 0 && Number.isFinite(value)) return value
  throw new InvalidArgumentError('It has to be a number above 0.')
}

export function parseCount(given: string): number {
  const value = Number(given)
  if (/^\d+$/.test(given) && value >= 1 && Number.isSafeInteger(value)) return value
  throw new InvalidArgumentError('It has to be a whole number above 0.')
}

export function parsePort(given: string): number {
  const port = Number(given)
  if (/^\d+$/.test(given) && port <= 65_535) return port
  throw new InvalidArgumentError('It has to be a number from 0 to 65535; 0 takes any free port.')
}
