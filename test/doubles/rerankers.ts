import { type Call, listen } from '../../cli/fleet/http.ts'
import { type Incoming, type Reply, readIncoming, sendReply } from './gate.ts'

export type RerankDouble = {
  readonly url: string
  /** Requests to rerank, as they came in. */
  readonly requests: readonly Incoming[]
  /** Answered instead, one request each. A reply of status 0 never comes. */
  readonly script: (...replies: Reply[]) => void
  readonly close: () => Promise<void>
}
type Body = Readonly<Record<string, unknown>>
type Serving = {
  readonly apiKey: string
  readonly path: string
  readonly answer: (body: Body) => Reply
  readonly others?: Readonly<Record<string, unknown>>
}

const strings = (value: unknown) => (Array.isArray(value) ? value.map(String) : [])
const wordsOf = (text: string) => new Set(text.toLowerCase().match(/\w+/g))

/** A model's opinion: the share of the question's words that the text has. */
function opinions(query: unknown, texts: readonly string[]) {
  const asked = [...wordsOf(String(query))]
  return texts.map((text, index) => {
    const found = wordsOf(text)
    return { index, score: asked.filter((word) => found.has(word)).length / asked.length }
  })
}
const bestFirst = (query: unknown, texts: readonly string[]) =>
  opinions(query, texts).toSorted((a, b) => b.score - a.score)

async function serveRerank({ apiKey, path, answer, others = {} }: Serving): Promise<RerankDouble> {
  const requests: Incoming[] = []
  const scripted: Reply[] = []
  async function serve({ request, response }: Call) {
    const incoming = await readIncoming(request)
    const other = others[incoming.path]
    if (incoming.headers.authorization !== `Bearer ${apiKey}`)
      return sendReply(response, { status: 401, body: { message: 'invalid api token' } })
    if (other !== undefined) return sendReply(response, { status: 200, body: other })
    if (incoming.path !== path) return sendReply(response, { status: 404, body: { message: 'not found' } })
    requests.push(incoming)
    const next = scripted.shift()
    if (next?.status === 0) return
    sendReply(response, next ?? answer(JSON.parse(incoming.body)))
  }
  const server = await listen(0, serve)
  return { ...server, requests, script: (...replies) => void scripted.push(...replies) }
}

/** Text Embeddings Inference as its published description shows it. */
export const startTei = (apiKey: string, maxBatch = 32): Promise<RerankDouble> =>
  serveRerank({
    apiKey,
    path: '/rerank',
    others: {
      '/info': {
        model_id: 'BAAI/bge-reranker-v2-m3',
        model_dtype: 'float16',
        served_model_name: 'BAAI/bge-reranker-v2-m3',
        model_type: { reranker: { id2label: { '0': 'LABEL_0' }, label2id: { LABEL_0: 0 } } },
        max_concurrent_requests: 512,
        max_input_length: 8_192,
        max_batch_tokens: 16_384,
        max_client_batch_size: maxBatch,
        auto_truncate: false,
        tokenization_workers: 4,
        version: '1.8.3',
      },
    },
    answer({ query, texts }) {
      const all = strings(texts)
      if (all.length > maxBatch)
        return { status: 413, body: { error: 'Batch size error', error_type: 'Validation' } }
      return { status: 200, body: bestFirst(query, all) }
    },
  })

/** Cohere's v2 rerank; a unit is billed for every hundred documents. */
export const startCohere = (apiKey: string): Promise<RerankDouble> =>
  serveRerank({
    apiKey,
    path: '/v2/rerank',
    answer({ query, documents, top_n: topN }) {
      const all = strings(documents)
      const results = bestFirst(query, all).map(({ index, score }) => ({ index, relevance_score: score }))
      const units = Math.ceil(all.length / 100)
      return {
        status: 200,
        body: {
          id: '07734bd2-2473-4f07-94e1-0d9f0e6843cf',
          results: results.slice(0, Number(topN ?? all.length)),
          meta: {
            api_version: { version: '2', is_experimental: false },
            billed_units: { search_units: units },
          },
        },
      }
    },
  })

/** Workers AI's REST interface of one account. */
export const startWorkersAi = (apiKey: string): Promise<RerankDouble> =>
  serveRerank({
    apiKey,
    path: '/ai/run/@cf/baai/bge-reranker-base',
    answer({ query, contexts, top_k: topK }) {
      const texts = (Array.isArray(contexts) ? contexts : []).map(({ text }) => String(text))
      const response = bestFirst(query, texts).map(({ index, score }) => ({ id: index, score }))
      return {
        status: 200,
        body: {
          result: { response: response.slice(0, Number(topK ?? 3)) },
          success: true,
          errors: [],
          messages: [],
        },
      }
    },
  })
