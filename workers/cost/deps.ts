import { database } from '../../shared/db/client.ts'
import { consoleSink } from '../../shared/log.ts'
import type { Deps } from './app.ts'
import type { Env } from './env.ts'

/** The only place that reads `env`. */
export function createDeps(env: Env): Deps {
  return {
    db: database(env.DB),
    settlement: env.SETTLEMENT,
    now: () => Date.now(),
    log: consoleSink,
  }
}
