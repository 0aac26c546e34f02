import type { D1Migration } from '@cloudflare/vitest-plugin'
import type { HttpService, SettlementService } from '../../shared/ports/services.ts'
import type { Shard } from '../../workers/rag/objects/shard.ts'
import type { Endpoint } from '../../workers/router/objects/endpoint.ts'
import type { Fleet } from '../../workers/router/objects/fleet.ts'
import type { Replay } from '../../workers/router/objects/replay.ts'
import type { Tenant } from '../../workers/router/objects/tenant.ts'

declare global {
  namespace Cloudflare {
    interface Env {
      DB: D1Database
      DOCUMENTS: R2Bucket
      TENANTS: DurableObjectNamespace<Tenant>
      ENDPOINTS: DurableObjectNamespace<Endpoint>
      FLEETS: DurableObjectNamespace<Fleet>
      REPLAYS: DurableObjectNamespace<Replay>
      SHARDS: DurableObjectNamespace<Shard>
      COST: HttpService
      SETTLEMENT: SettlementService
      USAGE_QUEUE: Queue
      INGEST_QUEUE: Queue
      MIGRATIONS: D1Migration[]
    }
  }
}
