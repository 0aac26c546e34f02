import { and, asc, eq, gt, isNull, lt, sql } from 'drizzle-orm'
import type { CollectionIndex } from '../domain/collection.ts'
import type { Database } from './client.ts'
import { inJson } from './in-json.ts'
import { collections, documents, documentVersions, droppedCollections, jobs } from './schema.ts'

export type CollectionRow = typeof collections.$inferSelect
/** What may be changed of a collection. */
export type CollectionSettings = Partial<Pick<CollectionRow, 'labels' | 'retrieval' | 'synonyms'>>
export type CollectionSize = { readonly documents: number; readonly chunks: number }

export async function findCollection(
  db: Database,
  tenantId: string,
  name: string,
): Promise<CollectionRow | undefined> {
  return db.select().from(collections).where(named(tenantId, name)).get()
}

/** False when the name is taken. */
export async function insertCollection(db: Database, row: CollectionRow): Promise<boolean> {
  const target = [collections.tenantId, collections.name]
  const { meta } = await db.insert(collections).values(row).onConflictDoNothing({ target })
  return meta.changes > 0
}

export async function setCollection(db: Database, { id }: CollectionRow, settings: CollectionSettings) {
  await db.update(collections).set(settings).where(eq(collections.id, id))
}

/** By name, after `after`; `only` narrows to the collections that a key may use. */
export async function listCollections(
  db: Database,
  tenantId: string,
  { only, after, limit }: { only: readonly string[] | null; after: string; limit: number },
): Promise<CollectionRow[]> {
  const allowed = only === null ? undefined : inJson(collections.name, only)
  return db
    .select()
    .from(collections)
    .where(and(eq(collections.tenantId, tenantId), gt(collections.name, after), allowed))
    .orderBy(asc(collections.name))
    .limit(limit)
}

/** What readers find in each collection: live documents and their chunks. */
export async function collectionSizes(
  db: Database,
  tenantId: string,
  names: readonly string[],
): Promise<Map<string, CollectionSize>> {
  const { collection, chunks } = documentVersions
  const rows = await db
    .select({ name: collection, documents: sql<number>`count(*)`, chunks: sql<number>`sum(${chunks})` })
    .from(documentVersions)
    .where(
      and(
        eq(documentVersions.tenantId, tenantId),
        inJson(collection, names),
        eq(documentVersions.state, 'live'),
      ),
    )
    .groupBy(collection)
  return new Map(rows.map(({ name, ...size }) => [name, size]))
}

/** Takes the collection and every row in it away at once, and notes what is left to clear. Returns how many documents it had. */
export async function dropCollection(db: Database, row: CollectionRow, nowMs: number): Promise<number> {
  const { tenantId, name, id, profile, embedder, slots } = row
  // Of two deletes that race, the slower one must not touch a collection made under the name meanwhile.
  const isThis = sql`EXISTS (SELECT 1 FROM ${collections} WHERE ${eq(collections.id, id)})`
  const inside = (table: typeof documents | typeof documentVersions | typeof jobs) =>
    and(eq(table.tenantId, tenantId), eq(table.collection, name), isThis)
  const [counted] = await db.batch([
    db
      .select({ documents: sql<number>`count(*)` })
      .from(documents)
      .where(and(inside(documents), isNull(documents.deletedAtMs))),
    db
      .insert(droppedCollections)
      .values({ id, tenantId, profile, embedder, slots, droppedAtMs: nowMs })
      .onConflictDoNothing(),
    db.delete(jobs).where(inside(jobs)),
    db.delete(documentVersions).where(inside(documentVersions)),
    db.delete(documents).where(inside(documents)),
    db.delete(collections).where(eq(collections.id, id)),
  ])
  return counted[0]?.documents ?? 0
}

export async function listDropped(db: Database, limit: number): Promise<CollectionIndex[]> {
  return db.select().from(droppedCollections).orderBy(asc(droppedCollections.droppedAtMs)).limit(limit)
}

export async function forgetDropped(db: Database, ids: readonly string[], droppedBeforeMs: number) {
  await db
    .delete(droppedCollections)
    .where(and(inJson(droppedCollections.id, ids), lt(droppedCollections.droppedAtMs, droppedBeforeMs)))
}

const named = (tenantId: string, name: string) =>
  and(eq(collections.tenantId, tenantId), eq(collections.name, name))
