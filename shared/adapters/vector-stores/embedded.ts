import { FEEDBACK_HITS, feedbackVector } from '../../domain/feedback.ts'
import { fuse, type Scored } from '../../domain/fusion.ts'
import { isZero } from '../../domain/vector.ts'
import type { ShardProbe, ShardRpc } from '../../ports/objects.ts'
import type { Hit, Namespace, SearchRequest, VectorStore } from '../../ports/vector-store.ts'

/** Candidates each leg brings into the fusion. */
const CANDIDATES = 100
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
type Candidate = Scored<Place>

/** Probe every slot, aim the dense leg by what they found, score, fuse, and read only what will be shown. */
async function search(shards: readonly ShardRpc[], request: SearchRequest, tries: number): Promise<Hit[]> {
  const { text, vector, topK, filter, principals, weights } = request
  const visibility = { filter, principals }
  const probes = await Promise.all(shards.map((shard) => shard.probe(text, visibility, CANDIDATES)))
  const { lexical, question, mean } = combine(probes, vector)
  const scores = await Promise.all(
    shards.map(async (shard, slot) => {
      const known = new Map(lexical.flatMap((hit) => (hit.slot === slot ? [[hit.row, hit.score]] : [])))
      if (isZero(question)) return [...known].map(([row, score]) => scored(slot, row, score, 0))
      const found = await shard.nearest(question, mean, visibility, [...known.keys()], CANDIDATES)
      return found.map(({ row, dense }) => scored(slot, row, known.get(row) ?? 0, dense))
    }),
  )
  const best = fuse(scores.flat(), weights).slice(0, topK)
  const hits = await read(shards, best)
  return hits.length === best.length || tries <= 1 ? hits : search(shards, request, tries - 1)
}

const scored = (slot: number, row: number, lexical: number, dense: number): Candidate => ({
  key: { slot, row },
  lexical,
  dense,
})

/** Slots add up to one collection: the mean of all vectors, and the best lexical hits of any slot speak for the question. */
function combine(probes: readonly ShardProbe[], vector: Float32Array) {
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
    .slice(0, FEEDBACK_HITS)
    .flatMap((hit) => (hit.vector ? [{ lexical: hit.score, vector: hit.vector }] : []))
  return { lexical, question: feedbackVector(vector, mean, told), mean }
}

async function read(
  shards: readonly ShardRpc[],
  best: readonly (Candidate & { score: number })[],
): Promise<Hit[]> {
  const stored = await Promise.all(
    shards.map(async (shard, slot) => {
      const rows = best.flatMap(({ key }) => (key.slot === slot ? [key.row] : []))
      return new Map((rows.length > 0 ? await shard.read(rows) : []).map((hit) => [hit.row, hit]))
    }),
  )
  return best.flatMap(({ key, score, lexical, dense }) => {
    const found = stored[key.slot]?.get(key.row)
    if (!found) return []
    const { row: _, ...hit } = found
    return [{ ...hit, score, legs: { lexical, dense } }]
  })
}
