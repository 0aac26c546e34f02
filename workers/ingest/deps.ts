import scale from '../../models/edge-static/scale.f32'
import table from '../../models/edge-static/table.i8'
import vocabulary from '../../models/edge-static/vocab.txt'
import { r2DocumentStore } from '../../shared/adapters/document-stores/r2.ts'
import { edgeStaticEmbedder } from '../../shared/adapters/embedders/edge-static.ts'
import { chunksParser } from '../../shared/adapters/parsers/chunks.ts'
import { htmlParser } from '../../shared/adapters/parsers/html.ts'
import { markdownParser } from '../../shared/adapters/parsers/markdown.ts'
import { plainTextParser } from '../../shared/adapters/parsers/plain-text.ts'
import { LATE_INTERACTION } from '../../shared/adapters/rerankers/late-interaction.ts'
import { embeddedVectorStore } from '../../shared/adapters/vector-stores/embedded.ts'
import { database } from '../../shared/db/client.ts'
import { consoleSink } from '../../shared/log.ts'
import type { TenantRpc } from '../../shared/ports/objects.ts'
import { embeddersFrom } from '../../shared/registry/embedders.ts'
import { readRerankerList } from '../../shared/registry/rerankers.ts'
import type { Deps } from './app.ts'
import type { Env } from './env.ts'
import { slices } from './slices.ts'

/** https://developers.cloudflare.com/queues/platform/limits/ */
const MESSAGES_PER_SEND = 100

/** The only place that reads `env`. */
export function createDeps(env: Env): Deps {
  const builtIn = edgeStaticEmbedder({ table, scale, vocabulary })
  const secrets: ReadonlyMap<string, unknown> = new Map(Object.entries(env))
  const { EMBEDDERS: list, DEFAULT_EMBEDDER: standard } = env
  const parsers = [plainTextParser(), markdownParser(), htmlParser(), chunksParser()]
  return {
    db: database(env.DB),
    objects: r2DocumentStore(env.DOCUMENTS),
    index: embeddedVectorStore((name) => env.SHARDS.getByName(name)),
    embedders: embeddersFrom({ list, standard }, builtIn, (name) => secrets.get(name)),
    rerankers: new Set([LATE_INTERACTION, ...readRerankerList(env.RERANKERS).map(({ id }) => id)]),
    tenant: (tenantId): TenantRpc => env.TENANTS.getByName(tenantId),
    after: (work) => work,
    countTokens: (text) => builtIn.count(text),
    parsers: new Map(parsers.flatMap((parser) => parser.mediaTypes.map((type) => [type, parser]))),
    async send(messages) {
      for (const slice of slices(messages, MESSAGES_PER_SEND))
        await env.INGEST_QUEUE.sendBatch(slice.map((body) => ({ body })))
    },
    newId: (prefix) => `${prefix}_${crypto.randomUUID().replaceAll('-', '')}`,
    now: () => Date.now(),
    log: consoleSink,
  }
}
