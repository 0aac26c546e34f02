import { uniform } from './affinity.ts'
import { CLASSES, isReadyClass, TEMPERATURE } from './score.ts'

/** Endpoints to choose among, in columns: one entry for each that may serve. */
export type Field = {
  length: number
  readonly scores: Float64Array
  readonly classes: Uint8Array
  readonly loads: Float64Array
  readonly hashes: Int32Array
}

export const emptyField = (capacity: number): Field => ({
  length: 0,
  scores: new Float64Array(capacity),
  classes: new Uint8Array(capacity),
  loads: new Float64Array(capacity),
  hashes: new Int32Array(capacity),
})

/** How near-equals are told apart. */
export type Draw = {
  /** Of the request's random number. */
  readonly seed: number
  /** Of the prompt's beginning: the endpoint it favours is left when its load is above `maxLoad` times the mean of the near-equals. Null: of the first two drawn the less busy is taken. */
  readonly prefix: { readonly seed: number; readonly maxLoad: number } | null
}

export type Selection = {
  /** Positions in the field, best first. */
  readonly order: readonly number[]
  /** The first has probably read the beginning of this prompt before. */
  readonly isFavoured: boolean
}

/** Scores this close to the best are near-equal: at full weight, a fifth more money or time. */
const NEAR = 0.4
/** Below this share of its slots an endpoint is idle: nothing is gained by leaving it. */
const IDLE_LOAD = 0.25
/** Wider than any difference of keys within a class. */
const CLASS_STEP = 1_000

/**
 * The best `limit` of the field. Near-equals are ordered by a logit draw: score plus Gumbel noise that belongs to seed and endpoint. With a
 * random seed that spreads isolates which all see the same best; with the seed of a prompt it is rendezvous hashing weighted by score, so the same
 * beginning goes to the same endpoint and only an endpoint's own prompts move when it leaves. Then load decides: see `Draw`.
 */
export function select(field: Field, draw: Draw, limit: number): Selection {
  const keys = keysOf(field, draw)
  const top = smallest(keys, field, limit)
  const leading = Math.round(at(keys, top[0] ?? 0) / CLASS_STEP)
  const isNear = (position: number) => at(keys, position) <= leading * CLASS_STEP + NEAR
  const near = top.filter(isNear)
  const prefix = isReadyClass(leading) ? draw.prefix : null
  const first = prefix ? favoured(field, near, prefix.maxLoad, isNear) : lightest(field, near.slice(0, 2))
  if (first === undefined) return { order: top, isFavoured: false }
  const rest = top.filter((position) => position !== first)
  return { order: [first, ...rest], isFavoured: prefix !== null && first === top[0] }
}

/** Lower comes first: by class, then by how far behind the best of the class, near-equals drawn. */
function keysOf({ length, scores, classes, hashes }: Field, draw: Draw): Float64Array {
  const best = new Float64Array(CLASSES).fill(Number.POSITIVE_INFINITY)
  for (let position = 0; position < length; position += 1) {
    const group = at(classes, position)
    best[group] = Math.min(at(best, group), at(scores, position))
  }
  const keys = new Float64Array(length)
  for (let position = 0; position < length; position += 1) {
    const group = at(classes, position)
    const behind = at(scores, position) - at(best, group)
    const seed = draw.prefix && isReadyClass(group) ? draw.prefix.seed : draw.seed
    const drawn =
      behind > NEAR ? behind : Math.min(NEAR, behind - TEMPERATURE * gumbel(seed, at(hashes, position)))
    keys[position] = group * CLASS_STEP + drawn
  }
  return keys
}

const at = (values: Float64Array | Int32Array | Uint8Array, position: number) => values[position] ?? 0

/** Standard Gumbel noise, which makes the smallest of `score - T × noise` a draw with weights `exp(-score / T)`. */
const gumbel = (seed: number, hash: number) => -Math.log(-Math.log(uniform(seed, hash)))

/** Positions of the smallest keys, ascending. Where keys are equal, neither the order of registration nor anything else that may change decides. */
function smallest(keys: Float64Array, { hashes }: Field, limit: number): number[] {
  const precedes = (a: number, b: number) =>
    at(keys, a) < at(keys, b) || (at(keys, a) === at(keys, b) && at(hashes, a) < at(hashes, b))
  const top: number[] = []
  for (let position = 0; position < keys.length; position += 1) {
    const last = top[limit - 1]
    if (last !== undefined && !precedes(position, last)) continue
    if (last !== undefined) top.pop()
    let index = top.length
    for (let other = top[index - 1]; other !== undefined && precedes(position, other); other = top[index - 1])
      index -= 1
    top.splice(index, 0, position)
  }
  return top
}

function lightest({ loads }: Field, positions: readonly number[]): number | undefined {
  const [first, ...others] = positions
  if (first === undefined) return undefined
  return others.reduce((best, other) => (at(loads, other) < at(loads, best) ? other : best), first)
}

/** The first in the order of the draw whose load is within the bound, else the least loaded. */
function favoured(
  field: Field,
  near: readonly number[],
  maxLoad: number,
  isNear: (position: number) => boolean,
): number | undefined {
  let sum = 0
  let count = 0
  for (let position = 0; position < field.length; position += 1)
    if (isNear(position)) {
      sum += at(field.loads, position)
      count += 1
    }
  const bound = Math.max(IDLE_LOAD, (maxLoad * sum) / count)
  return near.find((position) => at(field.loads, position) <= bound) ?? lightest(field, near)
}
