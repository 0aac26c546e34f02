import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Call, listen } from '../../cli/fleet/http.ts'
import { edgeStaticEmbedder } from '../../shared/adapters/embedders/edge-static.ts'
import { parseJson } from '../../shared/http/body.ts'
import { type Incoming, type Reply, readIncoming, sendReply } from './gate.ts'

const file = (name: string) => readFileSync(resolve(import.meta.dirname, '../../models/edge-static', name))
const buffer = (name: string) => Uint8Array.from(file(name)).buffer
/** What stands behind every double: real vectors, cut to as many dimensions as are wanted. */
export const builtIn = edgeStaticEmbedder({
  table: buffer('table.i8'),
  scale: buffer('scale.f32'),
  vocabulary: file('vocab.txt').toString('utf8'),
})

type Made = { readonly vectors: number[][]; readonly tokens: number }
type Fields = Readonly<Record<string, unknown>>
type Vendor = {
  readonly path: string
  readonly texts: (body: Fields) => unknown
  readonly answer: (made: Made, body: Fields) => unknown
}

const listOf = ({ vectors }: Made) =>
  // Backwards: what belongs together is told by the index alone.
  vectors.map((embedding, index) => ({ object: 'embedding', index, embedding })).toReversed()

/** The APIs in their own words; what they answer is held against their published schemas in test/adapters/embedders. */
const VENDORS = {
  openai: {
    path: '/v1/embeddings',
    texts: ({ input }) => input,
    answer: (made, { model }) => ({
      object: 'list',
      data: listOf(made),
      model,
      usage: { prompt_tokens: made.tokens, total_tokens: made.tokens },
    }),
  },
  voyage: {
    path: '/v1/embeddings',
    texts: ({ input }) => input,
    answer: (made, { model }) => ({
      object: 'list',
      data: listOf(made),
      model,
      usage: { total_tokens: made.tokens },
    }),
  },
  cohere: {
    path: '/v2/embed',
    texts: ({ texts }) => texts,
    answer: (made, { texts }) => ({
      id: 'b3a7',
      response_type: 'embeddings_by_type',
      texts,
      embeddings: { float: made.vectors },
      meta: { api_version: { version: '2' }, billed_units: { input_tokens: made.tokens } },
    }),
  },
  'workers-ai': {
    path: '/accounts/a/ai/run/@cf/baai/bge-small-en-v1.5',
    texts: ({ text }) => text,
    answer: ({ vectors }) => ({
      result: { shape: [vectors.length, vectors[0]?.length ?? 0], data: vectors, pooling: 'mean' },
      success: true,
      errors: [],
      messages: [],
    }),
  },
} satisfies Record<string, Vendor>

export type EmbeddingDouble = {
  /** As EMBEDDERS takes it. */
  readonly url: string
  readonly requests: Incoming[]
  /** What the next requests get instead of vectors, one each. */
  readonly replies: Reply[]
  readonly close: () => Promise<void>
}
type Options = { readonly dimensions?: number; readonly model?: string; readonly apiKey?: string }

/** An embedding API on loopback. */
export async function startEmbeddings(
  vendor: keyof typeof VENDORS,
  { dimensions = 256, model = 'double', apiKey }: Options = {},
): Promise<EmbeddingDouble> {
  const { path, texts, answer }: Vendor = VENDORS[vendor]
  const requests: Incoming[] = []
  const replies: Reply[] = []
  const serve = async ({ request, response }: Call) => {
    const incoming = await readIncoming(request)
    if (incoming.path === '/v1/models')
      return sendReply(response, {
        status: 200,
        body: { object: 'list', data: [{ id: model, object: 'model' }] },
      })
    requests.push(incoming)
    const reply = replies.shift()
    if (reply) return sendReply(response, reply)
    if (incoming.path !== path) return sendReply(response, { status: 404, body: {} })
    if (apiKey !== undefined && incoming.headers.authorization !== `Bearer ${apiKey}`)
      return sendReply(response, { status: 401, body: { detail: 'Provided API key is invalid.' } })
    const body = parseJson(incoming.body) as Fields
    const { vectors, tokens } = await builtIn.embed(texts(body) as string[], 'document')
    // Twice as long as they should be: servers need not normalise.
    const cut = vectors.map((vector) => Array.from(vector.subarray(0, dimensions), (value) => 2 * value))
    return sendReply(response, { status: 200, body: answer({ vectors: cut, tokens }, body) })
  }
  const { url, close } = await listen(0, serve)
  const base = path.replace(/\/(?:embeddings|embed|run\/.*)$/, '')
  return { url: `${url}${base}`, requests, replies, close }
}
