import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { edgeStaticEmbedder } from '../../shared/adapters/embedders/edge-static.ts'
import { cover } from '../../shared/domain/grounding/coverage.ts'
import { readEvidence, readSentence } from '../../shared/domain/grounding/reading.ts'
import { words } from '../../shared/domain/terms.ts'
import type { Statement } from './grounding.ts'
import { passage } from './grounding-fit.ts'

const FOLDER = resolve(import.meta.dirname, '../../models/edge-static')
/** Below this cosine two words are not taken for each other's synonyms; .25, .35 and .65 were tried too. */
const LEAST_COSINE = 0.5

export type Likeness = {
  /** What the words that the best sentences lack are worth by their nearest word there, as a share of the statement. */
  readonly synonyms: number
  /** Cosine of the statement and the best sentences. */
  readonly cosine: number
}

/** What the static token vectors say of statements: measured beside what ships, which does without. */
export async function likenessOf(statements: readonly Statement[]): Promise<Likeness[]> {
  const read = (file: string) => Uint8Array.from(readFileSync(resolve(FOLDER, file))).buffer
  const vocabulary = readFileSync(resolve(FOLDER, 'vocab.txt'), 'utf8')
  const embedder = edgeStaticEmbedder({ table: read('table.i8'), scale: read('scale.f32'), vocabulary })
  const vectors = new Map<string, Float32Array>()
  const remember = async (texts: Iterable<string>) => {
    const missing = [...new Set(texts)].filter((text) => !vectors.has(text))
    const embedded = await embedder.embed(missing, 'document')
    for (const [i, vector] of embedded.vectors.entries()) vectors.set(missing[i] ?? '', vector)
  }
  const found: Likeness[] = []
  for (const { claim, evidence } of statements) {
    const { sources, rarity } = readEvidence([passage(evidence)])
    const read = readSentence(claim)
    const best = cover(read.stems, sources, rarity)
      .best.map(({ text }) => text)
      .join(' ')
    await remember([claim, best, ...words(claim), ...words(best)])
    const vector = (text: string) => vectors.get(text) ?? new Float32Array()
    const given = new Set(words(best))
    const near = (word: string) => Math.max(0, ...[...given].map((other) => dot(vector(word), vector(other))))
    const stemsThere = readSentence(best).stems
    let [sum, whole] = [0, 0]
    for (const word of new Set(words(claim))) {
      const [stem] = readSentence(word).stems
      if (stem === undefined) continue
      whole += rarity(stem)
      const likeness = stemsThere.has(stem) ? 0 : near(word)
      if (likeness >= LEAST_COSINE) sum += likeness * rarity(stem)
    }
    found.push({ synonyms: whole === 0 ? 0 : sum / whole, cosine: dot(vector(claim), vector(best)) })
  }
  return found
}

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
