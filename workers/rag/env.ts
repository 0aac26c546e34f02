import type { TenantRpc } from '../../shared/ports/objects.ts'
import type { Shard } from './objects/shard.ts'

/** Bindings of wrangler.toml, plus secrets by the names that EMBEDDERS gives (`auth`). */
export type Env = {
  readonly DB: D1Database
  readonly SHARDS: DurableObjectNamespace<Shard>
  /** The router's: a search that costs something asks the tenant's budget first. */
  readonly TENANTS: DurableObjectNamespace<TenantRpc & Rpc.DurableObjectBranded>
  /** JSON list of embedders beside the built-in one; shared/registry/embedders.ts has its fields. */
  readonly EMBEDDERS?: string
  readonly DEFAULT_EMBEDDER?: string
  /** JSON list of rerankers beside the built-in one; shared/registry/rerankers.ts has its fields. */
  readonly RERANKERS?: string
}
