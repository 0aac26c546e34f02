import { sql } from 'drizzle-orm'
import { Hono } from 'hono'
import type { Database } from '../../../shared/db/client.ts'

/** Liveness says this Worker runs; readiness says its database answers. No key, no details. */
export function healthRoutes({ db, version }: { db: Database; version: string }) {
  return new Hono()
    .get('/health', (c) => c.json({ status: 'ok', version }))
    .get('/health/ready', async (c) => {
      const isReady = await db.run(sql`SELECT 1`).then(
        () => true,
        () => false,
      )
      return c.json({ status: isReady ? 'ready' : 'unavailable', version }, isReady ? 200 : 503)
    })
}
