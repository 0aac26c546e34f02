import type { Postings } from './postings.ts'
import { pageOf, placeIn, type RowNumbers, rowAt } from './row-numbers.ts'

/** BM25's constants, the ones SQLite's full text has. */
const SATURATION = 1.2
const LENGTH_SHARE = 0.75
/** A word in more than half of all rows still counts, as little as possible. */
const LEAST_WEIGHT = 1e-6

/** Words of every live row, how many rows there are, and how many words they have together. */
export type Lengths = { readonly lengths: RowNumbers; readonly rows: number; readonly words: number }

/** Adds to `scores`, pages of rows as in RowNumbers, what a term of this weight is worth in every live row that has it. */
export function scoreTerm(
  postings: Postings,
  { lengths, rows, words }: Lengths,
  weight: number,
  scores: Map<number, Float32Array>,
) {
  const fixed = SATURATION * (1 - LENGTH_SHARE)
  const perWord = (SATURATION * LENGTH_SHARE * rows) / words
  let page = -1
  let lengthsHere = lengths.page(0)
  let scoresHere: Float32Array = lengthsHere
  for (let i = 0; i < postings.size; i += 1) {
    const row = postings.rows[i] ?? 0
    if (pageOf(row) !== page) {
      page = pageOf(row)
      lengthsHere = lengths.page(page)
      scoresHere = scores.get(page) ?? new Float32Array(lengthsHere.length)
      scores.set(page, scoresHere)
    }
    const place = placeIn(row)
    const length = lengthsHere[place] ?? 0
    if (length === 0) continue
    const count = postings.counts[i] ?? 0
    const worth = (weight * count * (SATURATION + 1)) / (count + fixed + perWord * length)
    scoresHere[place] = (scoresHere[place] ?? 0) + worth
  }
}

/** What a term that was asked for once weighs. */
export function rarityOf(postings: Postings, { lengths, rows }: Lengths): number {
  const having = liveOf(postings, lengths)
  return Math.max(LEAST_WEIGHT, Math.log((rows - having + 0.5) / (having + 0.5)))
}

/** What a term is worth in a text that says nothing else: a row can only come near. */
export const mostWorth = (weight: number) => weight * (SATURATION + 1)

/**
 * BM25 of groups of rows as if each were one row. `places` has the number of its group, from 1, for every row of a group; `counts` is
 * written over. What a word is worth is what it is worth among rows.
 */
export function scoreGroups(
  postings: Postings,
  lengths: RowNumbers,
  weight: number,
  groups: { readonly places: RowNumbers; readonly counts: Float64Array; readonly words: Float64Array },
  averageWords: number,
  scores: Float64Array,
) {
  const { places, counts, words } = groups
  countInGroups(postings, lengths, places, counts)
  for (const [group, count] of counts.entries()) {
    const share = 1 - LENGTH_SHARE + (LENGTH_SHARE * (words[group] ?? 0)) / averageWords
    scores[group] = (scores[group] ?? 0) + (weight * count * (SATURATION + 1)) / (count + SATURATION * share)
  }
}

function countInGroups(postings: Postings, lengths: RowNumbers, places: RowNumbers, counts: Float64Array) {
  counts.fill(0)
  let [page, here] = [-1, places.page(0)]
  for (let i = 0; i < postings.size; i += 1) {
    const row = postings.rows[i] ?? 0
    if (pageOf(row) !== page) {
      page = pageOf(row)
      here = places.page(page)
    }
    const group = here[placeIn(row)] ?? 0
    if (group > 0 && lengths.get(row) > 0)
      counts[group - 1] = (counts[group - 1] ?? 0) + (postings.counts[i] ?? 0)
  }
}

function liveOf({ rows, size }: Postings, lengths: RowNumbers): number {
  let live = 0
  let [page, here] = [-1, lengths.page(0)]
  for (let i = 0; i < size; i += 1) {
    const row = rows[i] ?? 0
    if (pageOf(row) !== page) {
      page = pageOf(row)
      here = lengths.page(page)
    }
    if (here[placeIn(row)] !== 0) live += 1
  }
  return live
}

/** Rows with a score, best first. */
export function bestScores(
  scores: ReadonlyMap<number, Float32Array>,
  isVisible: (row: number) => boolean,
  limit: number,
): { row: number; score: number }[] {
  let best: { row: number; score: number }[] = []
  let floor = 0
  const cut = () => best.toSorted((a, b) => b.score - a.score || a.row - b.row).slice(0, limit)
  for (const [page, here] of scores)
    for (const [place, score] of here.entries()) {
      if (score <= floor || !isVisible(rowAt(page, place))) continue
      best.push({ row: rowAt(page, place), score })
      if (best.length < 2 * limit) continue
      best = cut()
      floor = best.at(-1)?.score ?? 0
    }
  return cut()
}
