import type { SearchTerm } from '../../../shared/domain/retrieval/synonyms.ts'
import { postingsMerger } from './lexical-merge.ts'
import { bestScores, mostWorth, rarityOf, scoreGroups, scoreTerm } from './lexical-score.ts'
import { type Entry, type Segment, type SegmentStore, segmentStore } from './lexical-segments.ts'
import { countTerms } from './lexical-terms.ts'
import { decodePostings, encodePostings, newPostings, type Postings, pushPosting } from './postings.ts'
import { type RowNumbers, rowNumbers } from './row-numbers.ts'

/** So many segments of a level become one of the next: a row is written again once per level. */
const FANOUT = 4
/** A merged segment stays below this, since SQLite in workerd holds at most 2 MB in a value. */
const MAX_SEGMENT_ROWS = 300_000
/** Removed rows that may lie about before everything is rewritten without them; beyond, as many as there are live ones. */
const MIN_REMOVED = 1_000
/** Stands for every row, with its number of words for a count. No word is empty. */
const EVERY_ROW = ''

/** Where a term stands, encoded. Its rarity is null until the postings have been decoded once. */
type FoundTerm = { readonly parts: readonly Uint8Array[]; readonly times: number; rarity: number | null }
type Found = {
  readonly segments: readonly Segment[]
  readonly asked: readonly SearchTerm[]
  readonly terms: readonly FoundTerm[]
}

type State = {
  segments: readonly Segment[]
  /** Words of every live row. */
  readonly lengths: RowNumbers
  /** Removed, and still in a segment. */
  readonly removed: Set<number>
  rows: number
  words: number
}

/**
 * BM25 over the live rows of one shard. Postings lie in SQLite, in immutable segments that are merged as they grow in number, so that adding costs
 * n·log n; a search decodes those of its words and adds up, which is exact and fifty times as fast as FTS5, which looks up every row.
 */
export class LexicalIndex {
  readonly #sql: SqlStorage
  readonly #store: SegmentStore
  readonly #scratch = newPostings()
  #state: State | null = null
  #found: Found | null = null

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.#store = segmentStore(sql)
  }

  create() {
    this.#store.create()
    this.#sql.exec('CREATE TABLE IF NOT EXISTS lexical_removed (row INTEGER PRIMARY KEY)')
    this.forget()
  }

  /** What is in memory is read again, as after a transaction that did not happen. */
  forget() {
    this.#state = null
    this.#found = null
  }

  add(texts: readonly { readonly row: number; readonly text: string }[]) {
    const state = this.#load()
    const postings = new Map<string, { rows: number[]; counts: number[] }>()
    const push = (term: string, row: number, count: number) => {
      const list = postings.get(term)
      list?.rows.push(row)
      list?.counts.push(count)
      if (!list) postings.set(term, { rows: [row], counts: [count] })
    }
    for (const { row, text } of texts) {
      const { counts, length } = countTerms(text)
      if (length === 0) continue
      push(EVERY_ROW, row, length)
      for (const [term, count] of counts) push(term, row, count)
      note(state, row, length)
    }
    if (postings.size === 0) return
    const entries = [...postings].toSorted(([a], [b]) => (a < b ? -1 : 1))
    const encoded = entries.map(([term, { rows, counts }]): Entry => [term, encodePostings(rows, counts)])
    state.segments = [...state.segments, this.#store.write(0, encoded, () => texts.length)]
    this.#mergeCrowded(state)
  }

  remove(rows: readonly number[]) {
    const state = this.#load()
    // What is left is rarer or more common than it was.
    this.#found = null
    for (const row of rows) {
      if (state.lengths.get(row) === 0) continue
      note(state, row, 0)
      state.removed.add(row)
      this.#sql.exec('INSERT INTO lexical_removed VALUES (?)', row)
    }
    if (state.removed.size <= Math.max(MIN_REMOVED, state.rows)) return
    for (const group of groups(state.segments)) this.#merge(state, group, group[0]?.level ?? 0)
  }

  /** Best first. */
  matches(asked: readonly SearchTerm[], isVisible: (row: number) => boolean, limit: number) {
    const state = this.#load()
    const scores = new Map<number, Float32Array>()
    this.#eachTerm(state, asked, (postings, weight) => scoreTerm(postings, state, weight, scores))
    return bestScores(scores, isVisible, limit)
  }

  /** BM25 of documents, each as if its rows were one text; `documents` is how many there are in all. */
  parents(
    asked: readonly SearchTerm[],
    groups: readonly Iterable<number>[],
    documents: number,
  ): Float64Array {
    const state = this.#load()
    const scores = new Float64Array(groups.length)
    const places = rowNumbers()
    const lengths = new Float64Array(groups.length)
    for (const [i, rows] of groups.entries())
      for (const row of rows) {
        places.set(row, i + 1)
        lengths[i] = (lengths[i] ?? 0) + state.lengths.get(row)
      }
    const read = { places, counts: new Float64Array(groups.length), words: lengths }
    const average = Math.max(1, state.words) / Math.max(1, documents)
    this.#eachTerm(state, asked, (postings, weight) =>
      scoreGroups(postings, state.lengths, weight, read, average, scores),
    )
    return scores
  }

  /** The BM25 that no row exceeds, whatever it says. */
  most(asked: readonly SearchTerm[]): number {
    const state = this.#load()
    if (state.rows === 0) return 0
    let most = 0
    for (const term of this.#find(state.segments, asked)) {
      term.rarity ??= rarityOf(this.#decoded(term.parts), state)
      most += mostWorth(term.times * term.rarity)
    }
    return most
  }

  #eachTerm(state: State, asked: readonly SearchTerm[], visit: (postings: Postings, weight: number) => void) {
    for (const term of this.#find(state.segments, asked)) {
      const postings = this.#decoded(term.parts)
      term.rarity ??= rarityOf(postings, state)
      visit(postings, term.times * term.rarity)
    }
  }

  /** Chunks and then documents are scored for one question, so what it finds is kept for the next call. */
  #find(segments: readonly Segment[], asked: readonly SearchTerm[]): readonly FoundTerm[] {
    const last = this.#found
    if (last?.segments === segments && last.asked === asked) return last.terms
    const wanted = new Set(asked.flatMap(({ alternatives }) => alternatives.flat()))
    const entries = Map.groupBy(this.#store.find(segments, [...wanted]), ([term]) => term)
    const partsOf = (term: string) => (entries.get(term) ?? []).map(([, bytes]) => bytes)
    const merged = postingsMerger((term) => this.#decoded(partsOf(term)))
    const terms = asked.map(({ alternatives, times }): FoundTerm => {
      const [[term = '', ...more] = [], ...others] = alternatives
      const isPlain = more.length === 0 && others.length === 0
      return { parts: isPlain ? partsOf(term) : [merged(alternatives)], times, rarity: null }
    })
    this.#found = { segments, asked, terms }
    return terms
  }

  /** Valid until the next ones are decoded. */
  #decoded(parts: readonly Uint8Array[]): Postings {
    this.#scratch.size = 0
    for (const part of parts) decodePostings(part, this.#scratch)
    return this.#scratch
  }

  #load(): State {
    if (this.#state) return this.#state
    const removed = new Set<number>()
    for (const { row } of this.#sql.exec<{ row: number }>('SELECT row FROM lexical_removed')) removed.add(row)
    const state = { segments: this.#store.load(), lengths: rowNumbers(), removed, rows: 0, words: 0 }
    for (const [, bytes] of this.#store.find(state.segments, [EVERY_ROW])) {
      const { rows, counts, size } = this.#decoded([bytes])
      for (let i = 0; i < size; i += 1)
        if (!removed.has(rows[i] ?? 0)) note(state, rows[i] ?? 0, counts[i] ?? 0)
    }
    this.#state = state
    return state
  }

  #mergeCrowded(state: State) {
    for (let level = 0; ; level += 1) {
      const oldest = state.segments.filter((segment) => segment.level === level).slice(0, FANOUT)
      if (oldest.length === 0) return
      const rows = oldest.reduce((sum, segment) => sum + segment.rows, 0)
      if (oldest.length === FANOUT && rows <= MAX_SEGMENT_ROWS) this.#merge(state, oldest, level + 1)
    }
  }

  /** One segment in place of several, without the rows that were removed. */
  #merge(state: State, segments: readonly Segment[], level: number) {
    const live = newPostings()
    let kept = 0
    const keepLive = (term: string, parts: readonly Uint8Array[]): Uint8Array => {
      const postings = this.#decoded(parts)
      live.size = 0
      for (let i = 0; i < postings.size; i += 1) {
        const row = postings.rows[i] ?? 0
        if (state.lengths.get(row) > 0) pushPosting(live, row, postings.counts[i] ?? 0)
        else if (term === EVERY_ROW) this.#purge(state, row)
      }
      if (term === EVERY_ROW) kept = live.size
      return encodePostings(live.rows, live.counts, live.size)
    }
    const entries = mergedEntries(
      segments.map((segment) => this.#store.entries(segment)),
      keepLive,
    )
    const merged = this.#store.write(level, entries, () => kept)
    for (const segment of segments) this.#store.remove(segment)
    if (kept === 0) this.#store.remove(merged)
    const others = state.segments.filter((segment) => !segments.includes(segment))
    state.segments = kept === 0 ? others : [...others, merged]
  }

  #purge(state: State, row: number) {
    state.removed.delete(row)
    this.#sql.exec('DELETE FROM lexical_removed WHERE row = ?', row)
  }
}

/** Keeps a row's number of words; none when it is gone. */
function note(state: State, row: number, length: number) {
  const before = state.lengths.get(row)
  state.lengths.set(row, length)
  state.rows += Number(length > 0) - Number(before > 0)
  state.words += length - before
}

/** Entries of several segments by term; the postings of a term become one, or none when they are empty. */
function* mergedEntries(
  sources: readonly Generator<Entry, void>[],
  merge: (term: string, parts: readonly Uint8Array[]) => Uint8Array,
): Generator<Entry, void> {
  const heads = sources.flatMap((source) => {
    const { value } = source.next()
    return value ? [{ source, value }] : []
  })
  while (heads.length > 0) {
    const term = heads.reduce(
      (least, { value }) => (value[0] < least ? value[0] : least),
      heads[0]?.value[0] ?? '',
    )
    const parts: Uint8Array[] = []
    for (const head of heads.filter(({ value }) => value[0] === term)) {
      parts.push(head.value[1])
      const { value } = head.source.next()
      if (value) head.value = value
      else heads.splice(heads.indexOf(head), 1)
    }
    const postings = merge(term, parts)
    if (postings.length > 0) yield [term, postings]
  }
}

/** Segments in as few groups as the largest segment allows. */
function groups(segments: readonly Segment[]): Segment[][] {
  const found: Segment[][] = []
  let rows = Number.POSITIVE_INFINITY
  for (const segment of segments) {
    rows += segment.rows
    if (rows > MAX_SEGMENT_ROWS) {
      found.push([])
      rows = segment.rows
    }
    found.at(-1)?.push(segment)
  }
  return found
}
