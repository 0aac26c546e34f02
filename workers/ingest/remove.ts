import type { VersionRow } from '../../shared/db/documents.ts'
import { finishRemoval, listReplaced } from '../../shared/db/jobs.ts'
import { type CollectionIndex, indexNamespace } from '../../shared/domain/collection.ts'
import {
  canonicalKey,
  collectionPrefix,
  rawKey,
  type VersionFolder,
} from '../../shared/domain/object-keys.ts'
import type { Deps } from './app.ts'

type RemoveDeps = Pick<Deps, 'db' | 'objects' | 'index' | 'now'>

/** Clears every store of what a tombstone buries. Repeating it changes nothing. */
export async function clearDocument(
  { db, objects, index, now }: RemoveDeps,
  collection: CollectionIndex,
  { documentId, version, jobId }: Pick<VersionRow, 'documentId' | 'version' | 'jobId'>,
): Promise<void> {
  await index.remove(indexNamespace(collection), documentId, version)
  await deleteObjects(objects, await listReplaced(db, [jobId]))
  await finishRemoval(db, jobId, now())
}

/** Clears index and objects of a collection whose rows are gone. Repeating it changes nothing. */
export async function clearCollection(
  { objects, index }: Pick<Deps, 'objects' | 'index'>,
  collection: CollectionIndex,
): Promise<void> {
  await index.drop(indexNamespace(collection))
  const prefix = collectionPrefix(collection.tenantId, collection.id)
  for (let keys = await objects.list(prefix); keys.length > 0; keys = await objects.list(prefix))
    await objects.delete(keys)
}

export async function deleteObjects(objects: Deps['objects'], folders: readonly VersionFolder[]) {
  await objects.delete(folders.flatMap((folder) => [rawKey(folder), canonicalKey(folder)]))
}
