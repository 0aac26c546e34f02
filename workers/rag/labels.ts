import type { Database } from '../../shared/db/client.ts'
import type { CollectionRow } from '../../shared/db/collections.ts'
import { labelsOfLive } from '../../shared/db/documents.ts'
import type { LabelledHit } from '../../shared/ports/services.ts'
import type { Hit } from '../../shared/ports/vector-store.ts'

/**
 * Hits with the labels of their documents and of the collection as it is now, so that a collection's new label holds for all that is in it.
 * What was indexed before the index kept labels is looked up; a hit whose labels nobody knows is left out.
 */
export async function labelled(
  db: Database,
  collection: CollectionRow,
  hits: readonly Hit[],
): Promise<LabelledHit[]> {
  const recorded = await recordedLabels(db, collection, hits)
  return hits.flatMap((hit) => {
    const own = hit.labels ?? recorded.get(keyOf(hit))
    return own ? [{ ...hit, labels: [...new Set([...collection.labels, ...own])] }] : []
  })
}

async function recordedLabels(
  db: Database,
  { tenantId, name }: CollectionRow,
  hits: readonly Hit[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const unknown = new Set(hits.flatMap(({ labels, documentId }) => (labels === null ? [documentId] : [])))
  if (unknown.size === 0) return new Map()
  const rows = await labelsOfLive(db, { tenantId, collection: name }, [...unknown])
  return new Map(rows.map((row) => [keyOf(row), row.labels]))
}

const keyOf = ({ documentId, version }: Pick<Hit, 'documentId' | 'version'>) => `${version}/${documentId}`
