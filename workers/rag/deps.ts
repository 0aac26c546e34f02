import scale from '../../models/edge-static/scale.f32'
import table from '../../models/edge-static/table.i8'
import vocabulary from '../../models/edge-static/vocab.txt'
import { edgeStaticEmbedder } from '../../shared/adapters/embedders/edge-static.ts'
import { embeddedVectorStore } from '../../shared/adapters/vector-stores/embedded.ts'
import { database } from '../../shared/db/client.ts'
import { consoleSink } from '../../shared/log.ts'
import type { Deps } from './app.ts'
import type { Env } from './env.ts'

/** The only place that reads `env`. */
export function createDeps(env: Env): Deps {
  const embedder = edgeStaticEmbedder({ table, scale, vocabulary })
  return {
    db: database(env.DB),
    embedder,
    countTokens: (text) => embedder.count(text),
    store: embeddedVectorStore((name) => env.SHARDS.getByName(name)),
    now: () => Date.now(),
    log: consoleSink,
  }
}
