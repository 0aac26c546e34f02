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
import { DEFAULT_RETRIEVAL } from './domain/retrieval/settings.ts'
import { isZero, subtract, unit } from './domain/vector.ts'
import type { ShardProbe, ShardRpc, Visibility } from './ports/objects.ts'
import type { Hit, SearchRequest, SearchStages } from './ports/vector-store.ts'

/** Candidates each leg brings into the fusion. */
const CANDIDATES = 100
const DEFAULT_STAGES: SearchStages = { ...DEFAULT_RETRIEVAL, feedbackShare: 0.5, isWeighted: false }
/** How many of the best candidates are compared with each other. */
const AGREEING = 50
/** A search that met a replacement between two steps is repeated this often before fewer hits are answered. */
const MAX_TRIES = 3

type Place = { readonly slot: number; readonly row: number }
type Candidate = Scored<Place> & {
  readonly document: string
  readonly isPart: boolean
  readonly parent?: number
}
type Ranked = Candidate & { readonly score: number }

/** What a search asks of one hash slot, whether it is near or far. */
type SlotSearch = Pick<ShardRpc, 'probe' | 'nearest' | 'vectors' | 'read'>

/** Probe every slot, aim the dense leg by what they found, score, fuse, and read only what will be shown. */
export async function searchSlots(
  shards: readonly SlotSearch[],
  request: SearchRequest,
  tries = MAX_TRIES,
): Promise<Hit[]> {
  const { text, vector, topK, filter, principals, weights = DEFAULT_WEIGHTS } = request
  const stages = request.stages ?? DEFAULT_STAGES
  const visibility = { filter, principals }
  const probes = await Promise.all(shards.map((shard) => shard.probe(text, visibility, CANDIDATES)))
  const { lexical, question, mean } = combine(probes, vector, stages)
  const found = await Promise.all(
    shards.map((shard, slot) => candidatesOf(shard, slot, { lexical, question, mean, visibility })),
  )
  const words = lexical.map(({ score }) => score)
  // Who chose the weights means them; ours give way where words alone decide.
  const shares = stages.isWeighted ? weights : weightsFor(opennessOf(words), weights)
  const candidates = stages.parent ? withParents(found.flat(), parentsOf(probes)) : found.flat()
  const fused: Ranked[] = fuse(candidates, shares, stages.fusion)
  const ranked = stages.agreement
    ? await agreed(shards, fused, mean, opennessOf(words, AGREEMENT_GATE))
    : fused
  const best = ranked.slice(0, topK)
  const hits = await read(shards, best)
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
  return near.map(({ row, dense, document, isPart }) => ({
    key: { slot, row },
    lexical: known.get(row) ?? 0,
    dense,
    document: nameOf(slot, document),
    isPart,
  }))
}

const nameOf = (slot: number, document: number) => `${slot}/${document}`

const parentsOf = (probes: readonly ShardProbe[]): ReadonlyMap<string, number> =>
  new Map(
    probes.flatMap(({ parents }, slot) =>
      parents.map(({ document, score }) => [nameOf(slot, document), score] as const),
    ),
  )

/** The best candidates in the order that those like them give them; the others stay below. */
async function agreed(
  shards: readonly SlotSearch[],
  fused: readonly Ranked[],
  mean: Float32Array,
  openness: number,
): Promise<Ranked[]> {
  if (openness === 0) return [...fused]
  const best = fused.slice(0, AGREEING)
  const vectors = await Promise.all(
    shards.map(async (shard, slot) => {
      const rows = best.flatMap(({ key }) => (key.slot === slot ? [key.row] : []))
      return new Map(
        (rows.length > 0 ? await shard.vectors(rows) : []).map(({ row, vector }) => [row, vector]),
      )
    }),
  )
  const directed = best.map((candidate) => {
    const vector = vectors[candidate.key.slot]?.get(candidate.key.row)
    return { ...candidate, vector: vector ? unit(subtract(vector, mean)) : new Float32Array(mean.length) }
  })
  const moved = withNeighbours(directed, openness).map(({ vector: _, ...candidate }) => candidate)
  return [...moved, ...fused.slice(AGREEING)]
}

/** Slots add up to one collection: the mean of all vectors, and the best lexical hits of any slot speak for the question. */
function combine(
  probes: readonly ShardProbe[],
  vector: Float32Array,
  { feedback, feedbackShare }: SearchStages,
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
  return { lexical, question: feedbackVector(vector, mean, told, feedbackShare), mean }
}

async function read(shards: readonly SlotSearch[], best: readonly Ranked[]): Promise<Hit[]> {
  const stored = await Promise.all(
    shards.map(async (shard, slot) => {
      const rows = best.flatMap(({ key }) => (key.slot === slot ? [key.row] : []))
      return new Map((rows.length > 0 ? await shard.read(rows) : []).map((hit) => [hit.row, hit]))
    }),
  )
  return best.flatMap(({ key, score, lexical, dense, parent }) => {
    const found = stored[key.slot]?.get(key.row)
    if (!found) return []
    const { row: _, ...hit } = found
    return [{ ...hit, score, legs: { lexical, dense, ...(parent !== undefined && { parent }) } }]
  })
}
