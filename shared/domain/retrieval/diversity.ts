import { words } from '../terms.ts'
import type { Diversity } from './settings.ts'

/** Two texts whose three-word sequences agree this much (Jaccard) say the same. */
const NEAR_DUPLICATE = 0.8
/** Share of relevance in MMR. Much below it the order loses a fifth of its nDCG: arXiv 2604.13728. */
const LAMBDA = 0.85

type Hit = { readonly text: string; readonly score: number }

/** Texts seen so far, by their three-word sequences. */
type Seen = {
  /** How much each of them agrees with this text, 0..1, in the order they were added. */
  similarities(shingles: ReadonlySet<string>): Float64Array
  add(shingles: ReadonlySet<string>): void
}

/** Tells whether a text says the same as one before it, and remembers it if it does not. */
export function duplicateFilter(): { isDuplicate(text: string): boolean; remember(text: string): void } {
  const seen = seenShingles()
  return {
    isDuplicate: (text) => seen.similarities(shinglesOf(text)).some((value) => value >= NEAR_DUPLICATE),
    remember: (text) => seen.add(shinglesOf(text)),
  }
}

/** Hits best first with what the setting asks: all as they are, near-duplicates of a better one left out, or spread by MMR. Scores stay. */
export function diversify<H extends Hit>(hits: readonly H[], diversity: Diversity): H[] {
  switch (diversity) {
    case 'none':
      return [...hits]
    case 'duplicates':
      return withoutDuplicates(hits)
    case 'mmr':
      return spread(hits)
  }
}

function withoutDuplicates<H extends Hit>(hits: readonly H[]): H[] {
  const seen = duplicateFilter()
  return hits.filter(({ text }) => {
    if (seen.isDuplicate(text)) return false
    seen.remember(text)
    return true
  })
}

/** Maximal marginal relevance (Carbonell and Goldstein 1998): next comes what is relevant and least like anything before it. */
function spread<H extends Hit>(hits: readonly H[]): H[] {
  const seen = seenShingles()
  const left = hits.map((hit) => ({ hit, shingles: shinglesOf(hit.text) }))
  for (const { shingles } of left) seen.add(shingles)
  const likest = new Float64Array(left.length)
  const waiting = new Set(left.keys())
  const ordered: H[] = []
  while (waiting.size > 0) {
    const next = bestOf(waiting, (i) => LAMBDA * (hits[i]?.score ?? 0) - (1 - LAMBDA) * (likest[i] ?? 0))
    const chosen = left[next]
    if (!chosen) break
    waiting.delete(next)
    ordered.push(chosen.hit)
    for (const [i, value] of seen.similarities(chosen.shingles).entries())
      likest[i] = Math.max(likest[i] ?? 0, value)
  }
  return ordered
}

/** The first of those with the highest value, -1 when there are none. */
function bestOf(indices: Iterable<number>, valueOf: (index: number) => number): number {
  let best = -1
  let highest = Number.NEGATIVE_INFINITY
  for (const index of indices) {
    const value = valueOf(index)
    if (value > highest) {
      best = index
      highest = value
    }
  }
  return best
}

/** Counts common sequences through an index of them: texts that share none cost nothing. */
function seenShingles(): Seen {
  const sizes: number[] = []
  const holders = new Map<string, number[]>()
  return {
    similarities(shingles) {
      const common = new Float64Array(sizes.length)
      for (const shingle of shingles)
        for (const holder of holders.get(shingle) ?? []) common[holder] = (common[holder] ?? 0) + 1
      return common.map((count, i) => (count === 0 ? 0 : count / (shingles.size + (sizes[i] ?? 0) - count)))
    },
    add(shingles) {
      for (const shingle of shingles) {
        const found = holders.get(shingle)
        if (found) found.push(sizes.length)
        else holders.set(shingle, [sizes.length])
      }
      sizes.push(shingles.size)
    },
  }
}

function shinglesOf(text: string): Set<string> {
  const all = words(text)
  const last = Math.max(1, all.length - 2)
  return new Set(all.slice(0, last).map((_, i) => all.slice(i, i + 3).join(' ')))
}
