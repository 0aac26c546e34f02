import { FEEDBACK_HITS, feedbackVector } from '../../domain/feedback.ts'
import { DEFAULT_WEIGHTS, fuse, opennessOf, type Scored, weightsFor } from '../../domain/fusion.ts'
import { withNeighbours } from '../../domain/retrieval/agreement.ts'
import { withParents } from '../../domain/retrieval/parent.ts'
import { DEFAULT_RETRIEVAL } from '../../domain/retrieval/settings.ts'
import { isZero, subtract, unit } from '../../domain/vector.ts'
import type { ShardProbe, ShardRpc, Visibility } from '../../ports/objects.ts'
import type { Hit, Namespace, SearchRequest, SearchStages, VectorStore } from '../../ports/vector-store.ts'

/** Candidates each leg brings into the fusion. */
const CANDIDATES = 100
const DEFAULT_STAGES: SearchStages = { ...DEFAULT_RETRIEVAL, isWeighted: false }
/** How many of the best candidates are compared with each other. */
const AGREEING = 50
/** A search that met a replacement between two steps is repeated this often before fewer hits are answered. */
const MAX_TRIES = 3

/**
 * The index that ships with the platform: Shard objects, one per hash slot, searched exactly.
 * BM25 statistics are each slot's own; documents are spread by hash, so they differ by chance only.
 */
export function embeddedVectorStore(shardByName: (name: string) => ShardRpc): VectorStore {
  const shard = ({ tenantId, collection, profile }: Namespace, slot: number) =>
    shardByName(`${tenantId}/${collection}/${profile}/${slot}`)
  const shardOf = (namespace: Namespace, documentId: string) =>
    shard(namespace, slotOf(documentId, namespace.slots))
  const all = (namespace: Namespace) =>
    Array.from({ length: namespace.slots }, (_, slot) => shard(namespace, slot))
  return {
    name: 'embedded',
    stage: (namespace, document, chunks) => shardOf(namespace, document.documentId).stage(document, chunks),
    publish: (namespace, document) => shardOf(namespace, document.documentId).publish(document),
    remove: (namespace, documentId, version) => shardOf(namespace, documentId).remove(documentId, version),
    search: (namespace, request) => search(all(namespace), request, MAX_TRIES),
    async neighbours(namespace, chunk, principals) {
      const found = await shardOf(namespace, chunk.documentId).neighbours(chunk, principals)
      return found.map((hit) => ({ ...hit, score: 0, legs: { lexical: 0, dense: 0 } }))
    },
    async count(namespace) {
      const counts = await Promise.all(all(namespace).map((one) => one.count()))
      return {
        documents: counts.reduce((sum, { documents }) => sum + documents, 0),
        chunks: counts.reduce((sum, { chunks }) => sum + chunks, 0),
      }
    },
    async drop(namespace) {
      await Promise.all(all(namespace).map((one) => one.drop()))
    },
  }
}

/** FNV-1a: the same document always lies in the same slot. */
function slotOf(documentId: string, slots: number): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < documentId.length; i += 1) hash = Math.imul(hash ^ documentId.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % slots
}

type Place = { readonly slot: number; readonly row: number }
type Candidate = Scored<Place> & {
  readonly document: string
  readonly isPart: boolean
  readonly parent?: number
}
type Ranked = Candidate & { readonly score: number }

/** Probe every slot, aim the dense leg by what they found, score, fuse, and read only what will be shown. */
async function search(shards: readonly ShardRpc[], request: SearchRequest, tries: number): Promise<Hit[]> {
  const { text, vector, topK, filter, principals, weights = DEFAULT_WEIGHTS } = request
  const stages = request.stages ?? DEFAULT_STAGES
  const visibility = { filter, principals }
  const probes = await Promise.all(shards.map((shard) => shard.probe(text, visibility, CANDIDATES)))
  const { lexical, question, mean } = combine(probes, vector, stages.feedback)
  const found = await Promise.all(
    shards.map((shard, slot) => candidatesOf(shard, slot, { lexical, question, mean, visibility })),
  )
  const openness = opennessOf(lexical.map(({ score }) => score))
  // Who chose the weights means them; ours give way where words alone decide.
  const shares = stages.isWeighted ? weights : weightsFor(openness, weights)
  const candidates = stages.parent ? withParents(found.flat(), parentsOf(probes)) : found.flat()
  const fused: Ranked[] = fuse(candidates, shares, stages.fusion)
  const ranked = stages.agreement ? await agreed(shards, fused, mean, openness) : fused
  const best = ranked.slice(0, topK)
  const hits = await read(shards, best)
  return hits.length === best.length || tries <= 1 ? hits : search(shards, request, tries - 1)
}

type Aim = ReturnType<typeof combine> & { readonly visibility: Visibility }

/** What a slot has on the question: the best lexical hits of all slots that are its own, and its nearest others. */
async function candidatesOf(
  shard: ShardRpc,
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
  shards: readonly ShardRpc[],
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
function combine(probes: readonly ShardProbe[], vector: Float32Array, hasFeedback: boolean) {
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
    .slice(0, hasFeedback ? FEEDBACK_HITS : 0)
    .flatMap((hit) => (hit.vector ? [{ lexical: hit.score, vector: hit.vector }] : []))
  return { lexical, question: feedbackVector(vector, mean, told), mean }
}

async function read(shards: readonly ShardRpc[], best: readonly Ranked[]): Promise<Hit[]> {
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
