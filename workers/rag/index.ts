import { WorkerEntrypoint } from 'cloudflare:workers'
import type { RagService } from '../../shared/ports/services.ts'
import { createRag } from './app.ts'
import { createDeps } from './deps.ts'
import type { Env } from './env.ts'

export { Shard } from './objects/shard.ts'

/** Built with the first call and kept for the isolate's life: the embedder's vocabulary takes longer to read than a question to answer. */
let rag: RagService | undefined

/** What the router calls. Nothing here listens on the internet. */
export class Rag extends WorkerEntrypoint<Env> implements RagService {
  get #rag() {
    rag ??= createRag(createDeps(this.env))
    return rag
  }

  retrieve(...call: Parameters<RagService['retrieve']>) {
    return this.#rag.retrieve(...call)
  }

  search(...call: Parameters<RagService['search']>) {
    return this.#rag.search(...call)
  }
}

export default {
  fetch: () => new Response(null, { status: 404 }),
} satisfies ExportedHandler<Env>
