import type { z } from 'zod'
import { type collectionRequest, toCollectionRetrieval } from '../../shared/api/collections.ts'
import type { Database } from '../../shared/db/client.ts'
import {
  type CollectionRow,
  type CollectionSettings,
  findCollection,
  insertCollection,
  setCollection,
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

/** The collection of this name, made with what is wanted if there is none. What it is made with stands for its life, but for its settings. */
export async function putCollection(
  { db, embedders, newId, now }: Pick<Deps, 'db' | 'embedders' | 'newId' | 'now'>,
  principal: Principal,
  name: string,
  { profile, embedder, ...wanted }: Wanted,
): Promise<{ row: CollectionRow; isNew: boolean }> {
  requireCollection(principal, name)
  const { tenantId } = principal
  const { id: embedderId } = embedder === undefined ? embedders.standard : embedders.named(embedder)
  const settings = settingsOf(wanted)
  const made: CollectionRow = {
    tenantId,
    name,
    id: newId('col'),
    profile: profile ?? 'm',
    embedder: embedderId,
    store: 'embedded',
    slots: 1,
    labels: [],
    retrieval: {},
    synonyms: [],
    ...settings,
    createdAtMs: now(),
  }
  const known = await findCollection(db, tenantId, name)
  if (!known && (await insertCollection(db, made))) return { row: made, isNew: true }
  const row = known ?? (await existingCollection(db, principal, name))
  requireSame('profile', profile, row)
  requireSame('embedder', embedder && embedderId, row)
  if (Object.keys(settings).length > 0) await setCollection(db, row, settings)
  return { row: { ...row, ...settings }, isNew: false }
}

/** Only what was given, so that the rest stays. */
function settingsOf({ labels, retrieval, synonyms }: Wanted): CollectionSettings {
  return {
    ...(labels && { labels }),
    ...(retrieval && { retrieval: toCollectionRetrieval(retrieval) }),
    ...(synonyms && { synonyms }),
  }
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
