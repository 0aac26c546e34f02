import type { Shard } from './objects/shard.ts'

/** Bindings of wrangler.toml. */
export type Env = {
  readonly DB: D1Database
  readonly SHARDS: DurableObjectNamespace<Shard>
}
