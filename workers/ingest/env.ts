import type { ShardRpc, TenantRpc } from '../../shared/ports/objects.ts'
import type { IngestMessage } from '../../shared/ports/services.ts'

/** Bindings of wrangler.toml, plus secrets by the names that EMBEDDERS gives (`auth`). */
export type Env = {
  readonly DB: D1Database
  readonly DOCUMENTS: R2Bucket
  readonly SHARDS: DurableObjectNamespace<ShardRpc & Rpc.DurableObjectBranded>
  /** The router's: embedding that costs something asks the tenant's budget first. */
  readonly TENANTS: DurableObjectNamespace<TenantRpc & Rpc.DurableObjectBranded>
  readonly INGEST_QUEUE: Queue<IngestMessage>
  /** JSON list of embedders beside the built-in one; shared/registry/embedders.ts has its fields. */
  readonly EMBEDDERS?: string
  readonly DEFAULT_EMBEDDER?: string
  /** The rag Worker's list of rerankers, so that a collection names only such as there are. */
  readonly RERANKERS?: string
}
