import type { z } from 'zod'
import type { collectionRequest } from '../../shared/api/documents.ts'
import type { Database } from '../../shared/db/client.ts'
import {
  type CollectionRow,
  findCollection,
  insertCollection,
  setCollectionLabels,
} from '../../shared/db/collections.ts'
import { mayUseCollection, type Principal } from '../../shared/domain/principal.ts'
import { AppError } from '../../shared/errors.ts'
import type { Deps } from './app.ts'

function requireCollection(principal: Principal, name: string): void {
  if (!mayUseCollection(principal, name))
    throw new AppError('forbidden', `This key may not use the collection "${name}"`)
}

export async function existingCollection(
  db: Database,
  principal: Principal,
  name: string,
): Promise<CollectionRow> {
  requireCollection(principal, name)
  const row = await findCollection(db, principal.tenantId, name)
  if (!row)
    throw new AppError(
      'not_found',
      `collection: there is no "${name}"; PUT /v1/collections/${name} or a first document makes it`,
    )
  return row
}

type Wanted = z.infer<typeof collectionRequest>

/** The collection of this name, made with what is wanted if there is none. What it is made with stands for its life, but for labels. */
export async function putCollection(
  { db, embedders, newId, now }: Pick<Deps, 'db' | 'embedders' | 'newId' | 'now'>,
  principal: Principal,
  name: string,
  { profile, embedder, labels }: Wanted,
): Promise<{ row: CollectionRow; isNew: boolean }> {
  requireCollection(principal, name)
  const { tenantId } = principal
  const { id: embedderId } = embedder === undefined ? embedders.standard : embedders.named(embedder)
  const made: CollectionRow = {
    tenantId,
    name,
    id: newId('col'),
    profile: profile ?? 'm',
    embedder: embedderId,
    store: 'embedded',
    slots: 1,
    labels: labels ?? [],
    createdAtMs: now(),
  }
  const known = await findCollection(db, tenantId, name)
  if (!known && (await insertCollection(db, made))) return { row: made, isNew: true }
  const row = known ?? (await existingCollection(db, principal, name))
  requireSame('profile', profile, row)
  requireSame('embedder', embedder && embedderId, row)
  if (labels) await setCollectionLabels(db, row, labels)
  return { row: { ...row, labels: labels ?? row.labels }, isNew: false }
}

function requireSame(field: 'profile' | 'embedder', wanted: string | undefined, row: CollectionRow): void {
  if (wanted !== undefined && wanted !== row[field])
    throw new AppError(
      'conflict',
      `${field}: "${row.name}" was made with "${row[field]}", which stands for its life; make another collection for "${wanted}"`,
    )
}

/** The collection that documents go into, made when missing; refuses one whose vectors come from another embedder. */
export async function indexableCollection(
  deps: Pick<Deps, 'db' | 'embedders' | 'newId' | 'now'>,
  principal: Principal,
  name: string,
): Promise<CollectionRow> {
  const { row } = await putCollection(deps, principal, name, {})
  deps.embedders.of(row)
  return row
}
