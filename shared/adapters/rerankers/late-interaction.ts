import { contextualText } from '../../domain/ingest.ts'
import { wordPiece } from '../../domain/wordpiece.ts'
import type { Reranker } from '../../ports/reranker.ts'

export const LATE_INTERACTION = 'late-interaction'

const DIMENSIONS = 256
/** The table is a PCA's output: the second half of the dimensions costs as much as the first and moves nDCG@10 by .002 at most. */
const COMPARED = 128
const MAX_CANDIDATE_TOKENS = 512
/** The heaviest tokens of a question, until they make up this share of its weight; half of the tokens weigh the rest. */
const QUESTION_SHARE = 0.9
const MAX_QUESTION_TOKENS = 32
/** Rows of the question that are multiplied at once with a candidate's row. */
const LANES = 4

/** The three files of models/edge-static as they lie on disk. */
type Options = { readonly table: ArrayBuffer; readonly scale: ArrayBuffer; readonly vocabulary: string }

/** Tokens of a question, heaviest first, with the share that each has in the score. */
type Question = { readonly tokens: readonly number[]; readonly shares: readonly number[] }

/**
 * Embedded reranker: each token of the question looks for its best match in the candidate (MaxSim, ColBERT), by cosine over the static
 * token table. A token counts as much as its row is long, which is its IDF. No network, no GPU. Measured in docs/retrieval.md.
 */
export function lateInteractionReranker({ table, scale, vocabulary }: Options): Reranker {
  const rows = new Int8Array(table)
  const scales = new Float32Array(scale)
  const pieces = wordPiece(vocabulary)
  const weightOf = (token: number) => lengthOf(rows, token, DIMENSIONS) * (scales[token] ?? 0)
  return {
    id: LATE_INTERACTION,
    tariff: null,
    async rerank(query, candidates, signal) {
      signal?.throwIfAborted()
      const question = weigh(pieces.encode(query), weightOf)
      const texts = candidates.map(({ title, headings, text }) => [
        ...new Set(pieces.encode(contextualText(title, headings, text), MAX_CANDIDATE_TOKENS)),
      ])
      const similar = similarities(question.tokens, rows)
      return { scores: texts.map((tokens) => maxSim(question, tokens, similar)), costNanoUsd: 0 }
    },
  }
}

/** Euclidean length of the first dimensions of a row, before scaling. */
function lengthOf(rows: Int8Array, token: number, dimensions: number): number {
  let sum = 0
  for (let i = token * DIMENSIONS; i < token * DIMENSIONS + dimensions; i += 1) sum += (rows[i] ?? 0) ** 2
  return Math.sqrt(sum)
}

function weigh(encoded: readonly number[], weightOf: (token: number) => number): Question {
  const weighed = [...new Set(encoded)]
    .map((token) => ({ token, weight: weightOf(token) }))
    .toSorted((a, b) => b.weight - a.weight)
  const enough = QUESTION_SHARE * weighed.reduce((sum, { weight }) => sum + weight, 0)
  const kept: typeof weighed = []
  let total = 0
  for (const item of weighed) {
    if (total >= enough || kept.length === MAX_QUESTION_TOKENS) break
    kept.push(item)
    total += item.weight
  }
  return { tokens: kept.map(({ token }) => token), shares: kept.map(({ weight }) => weight / total) }
}

function maxSim({ tokens, shares }: Question, words: readonly number[], similar: Similar): number {
  const best = new Float32Array(tokens.length)
  for (const word of words) {
    const cosines = similar(word)
    for (let i = 0; i < best.length; i += 1) {
      const cosine = cosines[i] ?? 0
      if (cosine > (best[i] ?? 0)) best[i] = cosine
    }
  }
  const score = shares.reduce((sum, share, i) => sum + share * (best[i] ?? 0), 0)
  return Math.min(1, score)
}

type Similar = (token: number) => Float64Array

/** Cosines of a token with all of the question's, worked out once: the candidates of one question share most of their words. */
function similarities(question: readonly number[], rows: Int8Array): Similar {
  const lanes = interleaved(question, rows)
  const known = new Map<number, Float64Array>()
  return (token) => {
    const found = known.get(token)
    if (found) return found
    const cosines = new Float64Array(lanes.length * LANES)
    const length = lengthOf(rows, token, COMPARED)
    if (length > 0)
      for (const [i, lane] of lanes.entries()) multiply(lane, rows, token, length, cosines, i * LANES)
    known.set(token, cosines)
    return cosines
  }
}

/** Unit rows of the question in groups of LANES, dimension by dimension. */
function interleaved(tokens: readonly number[], rows: Int8Array): Float64Array[] {
  const groups = Array.from(
    { length: Math.ceil(tokens.length / LANES) },
    () => new Float64Array(LANES * COMPARED),
  )
  for (const [i, token] of tokens.entries()) {
    const group = groups[Math.floor(i / LANES)]
    const length = lengthOf(rows, token, COMPARED)
    if (group && length > 0)
      for (let d = 0; d < COMPARED; d += 1)
        group[d * LANES + (i % LANES)] = (rows[token * DIMENSIONS + d] ?? 0) / length
  }
  return groups
}

/** Writes LANES cosines: one pass over the token's row for all of them. */
function multiply(
  lane: Float64Array,
  rows: Int8Array,
  token: number,
  length: number,
  into: Float64Array,
  at: number,
) {
  const start = token * DIMENSIONS
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  for (let i = 0, j = 0; i < COMPARED; i += 1, j += LANES) {
    const value = rows[start + i] ?? 0
    a += value * (lane[j] ?? 0)
    b += value * (lane[j + 1] ?? 0)
    c += value * (lane[j + 2] ?? 0)
    d += value * (lane[j + 3] ?? 0)
  }
  into[at] = a / length
  into[at + 1] = b / length
  into[at + 2] = c / length
  into[at + 3] = d / length
}
