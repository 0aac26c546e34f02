import { FEEDBACK_HITS, feedbackVector } from './domain/feedback.ts'
import {
  AGREEMENT_GATE,
  DEFAULT_WEIGHTS,
  fuse,
  opennessOf,
  type Scored,
  weightsFor,
} from './domain/fusion.ts'
import { withNeighbours } from './domain/retrieval/agreement.ts'
import { withParents } from './domain/retrieval/parent.ts'
import { coverageOf, relevanceProbability } from './domain/retrieval/probability.ts'
import { DEFAULT_RETRIEVAL } from './domain/retrieval/settings.ts'
import { trustInWords, trusting } from './domain/retrieval/trust.ts'
import { queryWords } from './domain/terms.ts'
import { centred, dot, isZero } from './domain/vector.ts'
import type { ShardProbe, ShardRpc, Visibility } from './ports/objects.ts'
import type { Hit, SearchRequest, SearchStages } from './ports/vector-store.ts'

/** Candidates each leg brings into the fusion. */
const CANDIDATES = 150
const DEFAULT_STAGES: SearchStages = { ...DEFAULT_RETRIEVAL, feedbackShare: 0.4, isWeighted: false }
/** How many of the best candidates are compared with each other. */
const AGREEING = 50
/** A search that met a replacement between two steps is repeated this often before fewer hits are answered. */
const MAX_TRIES = 3

type Place = { readonly slot: number; readonly row: number }
type Candidate = Scored<Place> & {
  readonly document: string
  readonly isPart: boolean
  readonly parent?: number
  /** Its own scores, before what stands around it spoke for it. */
  readonly own: { readonly lexical: number; readonly dense: number }
}
type Ranked = Candidate & { readonly score: number }
/** A candidate's vector around the mean, of length one. */
type Directed = Ranked & { readonly vector: Float32Array }

/** What a search asks of one hash slot, whether it is near or far. */
type SlotSearch = Pick<ShardRpc, 'probe' | 'nearest' | 'vectors' | 'read'>

/** Probe every slot, aim the dense leg by what they found, score, fuse, and read only what will be shown. */
export async function searchSlots(
  shards: readonly SlotSearch[],
  request: SearchRequest,
  tries = MAX_TRIES,
): Promise<Hit[]> {
  const { vector, topK, filter, principals, weights = DEFAULT_WEIGHTS } = request
  const stages = request.stages ?? DEFAULT_STAGES
  const visibility = { filter, principals }
  const asked = { text: request.text, synonyms: request.synonyms ?? [] }
  const probes = await Promise.all(shards.map((shard) => shard.probe(asked, visibility, CANDIDATES)))
  const trust = trustOf(asked.text, probes)
  const { lexical, question, mean } = combine(probes, vector, stages, trust)
  const found = await Promise.all(
    shards.map((shard, slot) => candidatesOf(shard, slot, { lexical, question, mean, visibility })),
  )
  const words = lexical.map(({ score }) => score)
  // Who chose the weights means them; ours give way where words alone decide, or know nothing.
  const shares = stages.isWeighted ? weights : trusting(weightsFor(opennessOf(words), weights), trust)
  const candidates = stages.parent ? withParents(found.flat(), parentsOf(probes)) : found.flat()
  const fused: Ranked[] = fuse(candidates, shares, stages.fusion)
  const directed = await withDirections(shards, fused.slice(0, Math.max(topK, AGREEING)), mean)
  const agreement = stages.agreement ? opennessOf(words, AGREEMENT_GATE) : 0
  const best = agreed(directed, agreement).slice(0, topK)
  const own = centred(vector, mean)
  const judged = best.map((candidate) => ({
    ...candidate,
    probability: relevanceProbability({
      score: candidate.score,
      coverage: coverageOf(candidate.own.lexical, probes[candidate.key.slot]?.mostLexical ?? 0),
      likeness: dot(candidate.vector, own),
    }),
  }))
  const hits = await read(shards, judged)
  return hits.length === best.length || tries <= 1 ? hits : searchSlots(shards, request, tries - 1)
}

type Aim = ReturnType<typeof combine> & { readonly visibility: Visibility }

/** What a slot has on the question: the best lexical hits of all slots that are its own, and its nearest others. */
async function candidatesOf(
  shard: SlotSearch,
  slot: number,
  { lexical, question, mean, visibility }: Aim,
): Promise<Candidate[]> {
  const known = new Map(lexical.flatMap((hit) => (hit.slot === slot ? [[hit.row, hit.score]] : [])))
  // A question without a direction has no nearest chunks; the cosine with zeros is zero.
  const limit = isZero(question) ? 0 : CANDIDATES
  const near = await shard.nearest(question, mean, visibility, [...known.keys()], limit)
  return near.map(({ row, dense, document, isPart }) => {
    const own = { lexical: known.get(row) ?? 0, dense }
    return { key: { slot, row }, ...own, own, document: nameOf(slot, document), isPart }
  })
}

const nameOf = (slot: number, document: number) => `${slot}/${document}`

const parentsOf = (probes: readonly ShardProbe[]): ReadonlyMap<string, number> =>
  new Map(
    probes.flatMap(({ parents }, slot) =>
      parents.map(({ document, score }) => [nameOf(slot, document), score] as const),
    ),
  )

async function withDirections(
  shards: readonly SlotSearch[],
  best: readonly Ranked[],
  mean: Float32Array,
): Promise<Directed[]> {
  const vectors = await Promise.all(
    shards.map(async (shard, slot) => {
      const rows = rowsIn(slot, best)
      return new Map(
        (rows.length > 0 ? await shard.vectors(rows) : []).map(({ row, vector }) => [row, vector]),
      )
    }),
  )
  return best.map((candidate) => {
    const vector = vectors[candidate.key.slot]?.get(candidate.key.row)
    return { ...candidate, vector: vector ? centred(vector, mean) : new Float32Array(mean.length) }
  })
}

/** The best candidates in the order that those like them give them; the others stay below. */
function agreed(candidates: readonly Directed[], openness: number): readonly Directed[] {
  if (openness === 0) return candidates
  return [...withNeighbours(candidates.slice(0, AGREEING), openness), ...candidates.slice(AGREEING)]
}

const rowsIn = (wanted: number, candidates: readonly Ranked[]) =>
  candidates.flatMap(({ key: { slot, row } }) => (slot === wanted ? [row] : []))

/** The best hit of any slot speaks for how much of the question the collection's words hold. */
function trustOf(question: string, probes: readonly ShardProbe[]): number {
  const covered = probes.map(({ lexical, mostLexical }) => coverageOf(lexical[0]?.score ?? 0, mostLexical))
  const chunks = probes.reduce((sum, { vectorCount }) => sum + vectorCount, 0)
  return trustInWords(Math.max(0, ...covered), queryWords(question).length, chunks)
}

/** Slots add up to one collection: the mean of all vectors, and the best lexical hits of any slot speak for the question. */
function combine(
  probes: readonly ShardProbe[],
  vector: Float32Array,
  { feedback, feedbackShare }: SearchStages,
  trust: number,
) {
  const count = probes.reduce((sum, { vectorCount }) => sum + vectorCount, 0)
  const mean = new Float32Array(vector.length)
  for (const { vectorSum } of probes)
    for (const [i, value] of vectorSum.entries()) mean[i] = (mean[i] ?? 0) + value / count
  const lexical = probes
    .flatMap((probe, slot) =>
      probe.lexical.map((hit, index) => ({ slot, ...hit, vector: probe.vectors[index] })),
    )
    .toSorted((a, b) => b.score - a.score)
    .slice(0, CANDIDATES)
  const told = lexical
    .slice(0, feedback ? FEEDBACK_HITS : 0)
    .flatMap((hit) => (hit.vector ? [{ lexical: hit.score, vector: hit.vector }] : []))
  return { lexical, question: feedbackVector(vector, mean, told, trust * feedbackShare), mean }
}

type Judged = Ranked & { readonly probability: number }

async function read(shards: readonly SlotSearch[], best: readonly Judged[]): Promise<Hit[]> {
  const stored = await Promise.all(
    shards.map(async (shard, slot) => {
      const rows = rowsIn(slot, best)
      return new Map((rows.length > 0 ? await shard.read(rows) : []).map((hit) => [hit.row, hit]))
    }),
  )
  return best.flatMap(({ key, score, probability, own, parent }) => {
    const found = stored[key.slot]?.get(key.row)
    if (!found) return []
    const { row: _, ...hit } = found
    return [{ ...hit, score, probability, legs: { ...own, ...(parent !== undefined && { parent }) } }]
  })
}
