/** Rows are never given twice, so numbers by row lie in pages of this many, and pages of rows that are gone can go. */
const PAGE_BITS = 12
const PAGE_ROWS = 1 << PAGE_BITS

export const pageOf = (row: number) => row >>> PAGE_BITS
export const placeIn = (row: number) => row & (PAGE_ROWS - 1)
export const rowAt = (page: number, place: number) => page * PAGE_ROWS + place

/** One number per row, zero unless set. */
export type RowNumbers = {
  readonly get: (row: number) => number
  readonly set: (row: number, value: number) => void
  /** Numbers of the rows with this pageOf, each at its placeIn; loops over many rows look a page up once. */
  readonly page: (number: number) => Float32Array
}

const NOTHING = new Float32Array(PAGE_ROWS)

export function rowNumbers(): RowNumbers {
  const pages = new Map<number, { readonly values: Float32Array; used: number }>()
  const page = (number: number) => pages.get(number)?.values ?? NOTHING
  return {
    page,
    get: (row) => page(pageOf(row))[placeIn(row)] ?? 0,
    set(row, value) {
      const held = pages.get(pageOf(row)) ?? { values: new Float32Array(PAGE_ROWS), used: 0 }
      held.used += Number(value !== 0) - Number(held.values[placeIn(row)] !== 0)
      held.values[placeIn(row)] = value
      if (held.used > 0) pages.set(pageOf(row), held)
      else pages.delete(pageOf(row))
    },
  }
}
