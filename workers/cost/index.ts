import { WorkerEntrypoint } from 'cloudflare:workers'
import type { CallContext, HttpService } from '../../shared/ports/services.ts'
import { createApp } from './app.ts'
import { createDeps } from './deps.ts'
import type { Env } from './env.ts'
import { forgetAnswers } from './jobs/forget-answers.ts'
import { recordAnswers } from './jobs/record-answers.ts'
import { recordUsage } from './jobs/record-usage.ts'
import { rollUpUsage } from './jobs/roll-up.ts'

/** As in wrangler.toml; the other queue brings usage. */
const ANSWERS = 'fairlead-answers'

/** Built with the first request and kept for the isolate's life, as in the router. */
let app: ReturnType<typeof createApp> | undefined

/** What the router calls: it has checked the key, the routes check scopes. */
export class Cost extends WorkerEntrypoint<Env> implements HttpService {
  async handle(context: CallContext, request: Request): Promise<Response> {
    app ??= createApp(createDeps(this.env))
    return app.fetch(request, { context })
  }
}

export default {
  queue: (batch, env) => (batch.queue === ANSWERS ? recordAnswers : recordUsage)(createDeps(env), batch),
  async scheduled(_controller, env) {
    const deps = createDeps(env)
    await Promise.all([rollUpUsage(deps), forgetAnswers(deps)])
  },
} satisfies ExportedHandler<Env>
