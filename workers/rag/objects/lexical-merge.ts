import { encodePostings, newPostings, type Postings, pushPosting } from './postings.ts'
import { pageOf, placeIn, rowAt } from './row-numbers.ts'

const PAGE_ROWS = rowAt(1, 0)

/** Counts by row, in pages of rows as in RowNumbers. */
type Counts = Map<number, Int32Array>
/** Postings of a term; valid until the next ones are read. */
type Read = (term: string) => Postings

/**
 * Makes the postings of alternatives into those of one term: a row has it as often as it has all of them together. An alternative of several terms is there as
 * often as the least of them. What it takes grows with the postings it reads; the arrays it adds up in are kept from one call to the next.
 */
export function postingsMerger(read: Read): (alternatives: readonly (readonly string[])[]) => Uint8Array {
  const [sum, other]: [Counts, Counts] = [new Map(), new Map()]
  return (alternatives) => {
    for (const [first = '', ...more] of alternatives) {
      if (more.length === 0) add(sum, read(first))
      else add(sum, common(copyOf(read(first)), more, read, other))
    }
    return drained(sum)
  }
}

function copyOf({ rows, counts, size }: Postings): Postings {
  return { rows: rows.slice(0, size), counts: counts.slice(0, size), size }
}

/** Rows of `postings` that have the other terms too, as often as the least of all; `scratch` is empty before and after. */
function common(postings: Postings, terms: readonly string[], read: Read, scratch: Counts): Postings {
  for (const term of terms) {
    if (postings.size === 0) break
    const others = read(term)
    add(scratch, others)
    keepLeast(postings, scratch)
    clear(scratch, others)
  }
  return postings
}

function keepLeast(postings: Postings, others: Counts) {
  let kept = 0
  forEach(postings, others, (here, place, i) => {
    const count = Math.min(postings.counts[i] ?? 0, here[place] ?? 0)
    if (count === 0) return
    postings.rows[kept] = postings.rows[i] ?? 0
    postings.counts[kept] = count
    kept += 1
  })
  postings.size = kept
}

function add(counts: Counts, postings: Postings) {
  forEach(postings, counts, (here, place, i) => {
    here[place] = (here[place] ?? 0) + (postings.counts[i] ?? 0)
  })
}

function clear(counts: Counts, postings: Postings) {
  forEach(postings, counts, (here, place) => {
    here[place] = 0
  })
}

/** Where each posting counts; neighbours mostly share a page, so pages are rarely looked up. */
function forEach(
  { rows, size }: Postings,
  counts: Counts,
  visit: (here: Int32Array, place: number, i: number) => void,
) {
  let page = -1
  let here: Int32Array = new Int32Array()
  for (let i = 0; i < size; i += 1) {
    const row = rows[i] ?? 0
    if (pageOf(row) !== page) {
      page = pageOf(row)
      here = counts.get(page) ?? new Int32Array(PAGE_ROWS)
      counts.set(page, here)
    }
    visit(here, placeIn(row), i)
  }
}

/** What was added up, encoded; zeros are left behind. */
function drained(sum: Counts): Uint8Array {
  const merged = newPostings()
  for (const [page, here] of sum)
    for (let place = 0; place < PAGE_ROWS; place += 1) {
      const count = here[place] ?? 0
      if (count === 0) continue
      pushPosting(merged, rowAt(page, place), count)
      here[place] = 0
    }
  return encodePostings(merged.rows, merged.counts, merged.size)
}
