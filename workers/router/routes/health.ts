import { sql } from 'drizzle-orm'
import { healthRoute, readyRoute } from '../../../shared/api/health.ts'
import type { Database } from '../../../shared/db/client.ts'
import { apiApp } from '../../../shared/http/api-app.ts'

/** Liveness says this Worker runs; readiness says its database answers. No key, no details. */
export function healthRoutes({ db, version }: { db: Database; version: string }) {
  return apiApp()
    .openapi(healthRoute, (c) => c.json({ status: 'ok', version }, 200))
    .openapi(readyRoute, async (c) => {
      const isReady = await db.run(sql`SELECT 1`).then(
        () => true,
        () => false,
      )
      return isReady
        ? c.json({ status: 'ready', version }, 200)
        : c.json({ status: 'unavailable', version }, 503)
    })
}
