import { waitUntil } from 'cloudflare:workers'
import scale from '../../models/edge-static/scale.f32'
import table from '../../models/edge-static/table.i8'
import vocabulary from '../../models/edge-static/vocab.txt'
import { edgeStaticEmbedder } from '../../shared/adapters/embedders/edge-static.ts'
import { lateInteractionReranker } from '../../shared/adapters/rerankers/late-interaction.ts'
import { embeddedVectorStore } from '../../shared/adapters/vector-stores/embedded.ts'
import { database } from '../../shared/db/client.ts'
import { consoleSink } from '../../shared/log.ts'
import type { TenantRpc } from '../../shared/ports/objects.ts'
import { embeddersFrom } from '../../shared/registry/embedders.ts'
import { rerankersFrom } from '../../shared/registry/rerankers.ts'
import type { Deps } from './app.ts'
import type { Env } from './env.ts'

/** Measured in docs/retrieval.md. */
const LATE_INTERACTION_WEIGHT = 0.2

/** The only place that reads `env`. */
export function createDeps(env: Env): Deps {
  const builtIn = edgeStaticEmbedder({ table, scale, vocabulary })
  const secrets: ReadonlyMap<string, unknown> = new Map(Object.entries(env))
  const named = (name: string) => secrets.get(name)
  const { EMBEDDERS: list, DEFAULT_EMBEDDER: standard } = env
  return {
    db: database(env.DB),
    embedders: embeddersFrom({ list, standard }, builtIn, named),
    rerankers: rerankersFrom(env.RERANKERS, { named, log: consoleSink }, [
      { reranker: lateInteractionReranker({ table, scale, vocabulary }), weight: LATE_INTERACTION_WEIGHT },
    ]),
    countTokens: (text) => builtIn.count(text),
    store: embeddedVectorStore((name) => env.SHARDS.getByName(name)),
    tenant: (tenantId): TenantRpc => env.TENANTS.getByName(tenantId),
    after: (work) => waitUntil(work),
    now: () => Date.now(),
    newMarker: () => crypto.randomUUID().slice(0, 8),
    log: consoleSink,
  }
}
