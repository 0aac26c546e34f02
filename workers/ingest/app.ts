import { bodyLimit } from 'hono/body-limit'
import { LIMITS } from '../../shared/api/common.ts'
import type { Database } from '../../shared/db/client.ts'
import { AppError } from '../../shared/errors.ts'
import { serviceApp } from '../../shared/http/service-app.ts'
import type { Clock, Ids } from '../../shared/ports/clock.ts'
import type { DocumentStore } from '../../shared/ports/document-store.ts'
import type { Embedders } from '../../shared/ports/embedder.ts'
import type { Parser } from '../../shared/ports/parser.ts'
import type { IngestMessage } from '../../shared/ports/services.ts'
import type { VectorStore } from '../../shared/ports/vector-store.ts'
import type { ChargeDeps } from '../../shared/spending/charge.ts'
import { collectionsRoutes } from './routes/collections.ts'
import { documentsRoutes } from './routes/documents.ts'
import { jobsRoutes } from './routes/jobs.ts'
import { uploadRoutes } from './routes/upload.ts'

export type Deps = ChargeDeps & {
  readonly db: Database
  readonly objects: DocumentStore
  readonly index: VectorStore
  readonly embedders: Embedders
  /** Ids of those that searches may name. */
  readonly rerankers: ReadonlySet<string>
  readonly countTokens: (text: string) => number
  /** By media type. */
  readonly parsers: ReadonlyMap<string, Parser>
  readonly send: (messages: readonly IngestMessage[]) => Promise<void>
  readonly newId: Ids
  readonly now: Clock
}

/** The HTTP side. */
export function createApp(deps: Deps) {
  const app = serviceApp('ingest', deps.log)
  app.use(bodyLimit({ maxSize: LIMITS.requestBytes, onError: tooLarge }))
  app.route('/', collectionsRoutes(deps))
  app.route('/', documentsRoutes(deps))
  app.route('/', uploadRoutes(deps))
  app.route('/', jobsRoutes(deps))
  return app
}

function tooLarge(): never {
  throw new AppError(
    'payload_too_large',
    `The request has more than ${LIMITS.requestBytes} bytes; send the documents in several requests`,
  )
}
