import { WorkerEntrypoint } from 'cloudflare:workers'
import type { CallContext, HttpService } from '../../shared/ports/services.ts'
import { createApp, type Deps } from './app.ts'
import { createDeps } from './deps.ts'
import type { Env } from './env.ts'
import { indexDocuments } from './jobs/index-documents.ts'
import { maintain } from './jobs/maintain.ts'

/** Built once in an isolate's life: the embedder's vocabulary takes longer to read than most documents to index. */
let built: Deps | undefined
let app: ReturnType<typeof createApp> | undefined

function depsOf(env: Env): Deps {
  built ??= createDeps(env)
  return built
}

/** What the router calls: it has checked the key, the routes check scopes. */
export class Ingest extends WorkerEntrypoint<Env> implements HttpService {
  async handle(context: CallContext, request: Request): Promise<Response> {
    app ??= createApp(depsOf(this.env))
    return app.fetch(request, { context })
  }
}

export default {
  queue: (batch, env) => indexDocuments(depsOf(env), batch),
  scheduled: (controller, env) => maintain(depsOf(env), controller.cron),
} satisfies ExportedHandler<Env>
