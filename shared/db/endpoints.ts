import { eq } from 'drizzle-orm'
import type { EndpointRecord } from '../domain/endpoint.ts'
import type { Database } from './client.ts'
import { endpoints } from './schema.ts'

export async function listEndpoints(db: Database): Promise<EndpointRecord[]> {
  return db.select().from(endpoints).orderBy(endpoints.id)
}

export async function findEndpoint(db: Database, id: string): Promise<EndpointRecord | undefined> {
  return db.select().from(endpoints).where(eq(endpoints.id, id)).get()
}

/** Registers or replaces; a replaced endpoint is no longer drained. */
export async function putEndpoint(db: Database, row: typeof endpoints.$inferInsert): Promise<void> {
  const { id: _, ...values } = row
  await db.insert(endpoints).values(row).onConflictDoUpdate({ target: endpoints.id, set: values })
}

export async function setDrained(db: Database, id: string, drained: boolean, nowMs: number): Promise<void> {
  await db.update(endpoints).set({ drained, updatedAtMs: nowMs }).where(eq(endpoints.id, id))
}

export async function deleteEndpoint(db: Database, id: string): Promise<void> {
  await db.delete(endpoints).where(eq(endpoints.id, id))
}
