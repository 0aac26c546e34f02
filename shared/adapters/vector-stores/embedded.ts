import type { ShardRpc } from '../../ports/objects.ts'
import type { Namespace, VectorStore } from '../../ports/vector-store.ts'
import { searchSlots } from '../../slot-search.ts'

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
    // One slot does all steps at once; several must hear of each other in between.
    search: (namespace, request) =>
      namespace.slots === 1 ? shard(namespace, 0).search(request) : searchSlots(all(namespace), request),
    neighbours: (namespace, chunk, principals) =>
      shardOf(namespace, chunk.documentId).neighbours(chunk, principals),
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
