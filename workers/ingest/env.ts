import type { ShardRpc } from '../../shared/ports/objects.ts'
import type { IngestMessage } from '../../shared/ports/services.ts'

/** Bindings of wrangler.toml, plus secrets by the names that EMBEDDERS gives (`auth`). */
export type Env = {
  readonly DB: D1Database
  readonly DOCUMENTS: R2Bucket
  readonly SHARDS: DurableObjectNamespace<ShardRpc & Rpc.DurableObjectBranded>
  readonly INGEST_QUEUE: Queue<IngestMessage>
  /** JSON list of embedders beside the built-in one; shared/registry/embedders.ts has its fields. */
  readonly EMBEDDERS?: string
  readonly DEFAULT_EMBEDDER?: string
}
