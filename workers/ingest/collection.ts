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
  { db, embedder, newId, now }: Pick<Deps, 'db' | 'embedder' | 'newId' | 'now'>,
  principal: Principal,
  name: string,
  { profile, labels }: Wanted,
): Promise<{ row: CollectionRow; isNew: boolean }> {
  requireCollection(principal, name)
  const { tenantId } = principal
  const made: CollectionRow = {
    tenantId,
    name,
    id: newId('col'),
    profile: profile ?? 'm',
    embedder: embedder.id,
    store: 'embedded',
    slots: 1,
    labels: labels ?? [],
    createdAtMs: now(),
  }
  const known = await findCollection(db, tenantId, name)
  if (!known && (await insertCollection(db, made))) return { row: made, isNew: true }
  const row = known ?? (await existingCollection(db, principal, name))
  if (profile !== undefined && profile !== row.profile)
    throw new AppError(
      'conflict',
      `profile: "${name}" was made with "${row.profile}", which stands for its life; make another collection for "${profile}"`,
    )
  if (labels) await setCollectionLabels(db, row, labels)
  return { row: { ...row, labels: labels ?? row.labels }, isNew: false }
}

/** The collection that documents go into, made when missing; refuses one whose vectors come from another embedder. */
export async function indexableCollection(
  deps: Pick<Deps, 'db' | 'embedder' | 'newId' | 'now'>,
  principal: Principal,
  name: string,
): Promise<CollectionRow> {
  const { row } = await putCollection(deps, principal, name, {})
  if (row.embedder === deps.embedder.id) return row
  throw new AppError(
    'conflict',
    `collection: "${name}" was embedded by "${row.embedder}", this platform embeds by "${deps.embedder.id}"; make a new collection`,
  )
}
