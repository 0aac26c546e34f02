import { encodePostings, newPostings, type Postings, pushPosting } from './postings.ts'
import { pageOf, placeIn, rowAt } from './row-numbers.ts'

const PAGE_ROWS = rowAt(1, 0)

/** How often each row has a term, in pages of rows as in RowNumbers. */
type Counts = Map<number, Int32Array>

/** What postings say, by row. */
export function countsOf({ rows, counts, size }: Postings): Counts {
  const found: Counts = new Map()
  let page = -1
  let here: Int32Array = new Int32Array()
  for (let i = 0; i < size; i += 1) {
    const row = rows[i] ?? 0
    if (pageOf(row) !== page) {
      page = pageOf(row)
      here = found.get(page) ?? new Int32Array(PAGE_ROWS)
      found.set(page, here)
    }
    here[placeIn(row)] = counts[i] ?? 0
  }
  return found
}

/**
 * The postings of alternatives as if they were one term: a row has it as often as it has all of them together. An alternative of several terms is there as often
 * as the least of them. `countsFor` is called anew for each mention of a term and may not answer the same map twice.
 */
export function mergedPostings(
  alternatives: readonly (readonly string[])[],
  countsFor: (term: string) => Counts,
): Uint8Array {
  const sum: Counts = new Map()
  for (const terms of alternatives) addTo(sum, terms.map(countsFor).reduce(common))
  const merged = newPostings()
  for (const [page, here] of sum)
    for (const [place, count] of here.entries()) if (count > 0) pushPosting(merged, rowAt(page, place), count)
  return encodePostings(merged.rows, merged.counts, merged.size)
}

function addTo(sum: Counts, more: Counts) {
  for (const [page, here] of more) {
    const held = sum.get(page)
    if (held) for (const [place, count] of here.entries()) held[place] = (held[place] ?? 0) + count
    else sum.set(page, here)
  }
}

function common(some: Counts, others: Counts): Counts {
  const both: Counts = new Map()
  for (const [page, here] of some) {
    const other = others.get(page)
    if (other)
      both.set(
        page,
        here.map((count, place) => Math.min(count, other[place] ?? 0)),
      )
  }
  return both
}
