import type { AnswerMessage, HttpService, RagService, UsageMessage } from '../../shared/ports/services.ts'
import type { Endpoint } from './objects/endpoint.ts'
import type { Fleet } from './objects/fleet.ts'
import type { Replay } from './objects/replay.ts'
import type { Tenant } from './objects/tenant.ts'

/** Bindings of wrangler.toml, plus origin secrets by the names that endpoints give (`auth`). */
export type Env = {
  readonly DB: D1Database
  readonly TENANTS: DurableObjectNamespace<Tenant>
  readonly ENDPOINTS: DurableObjectNamespace<Endpoint>
  readonly FLEETS: DurableObjectNamespace<Fleet>
  /** Names of the regions whose isolates choose among the endpoints, with commas between: one fleet object each. */
  readonly FLEET_REGIONS: string
  readonly REPLAYS: DurableObjectNamespace<Replay>
  readonly RAG: RagService
  readonly INGEST: HttpService
  readonly COST: HttpService
  readonly USAGE_QUEUE: Queue<UsageMessage>
  readonly ANSWERS_QUEUE: Queue<AnswerMessage>
  readonly KEY_PEPPER: string
  readonly ENVIRONMENT: string
  readonly VERSION: string
  readonly [secret: string]: unknown
}
