import type { ShardRpc } from '../../shared/ports/objects.ts'
import type { IngestMessage } from '../../shared/ports/services.ts'

/** Bindings of wrangler.toml. */
export type Env = {
  readonly DB: D1Database
  readonly DOCUMENTS: R2Bucket
  readonly SHARDS: DurableObjectNamespace<ShardRpc & Rpc.DurableObjectBranded>
  readonly INGEST_QUEUE: Queue<IngestMessage>
}
