import type { SettlementService } from '../../shared/ports/services.ts'

/** Bindings of wrangler.toml. */
export type Env = {
  readonly DB: D1Database
  readonly SETTLEMENT: SettlementService
}
