import { z } from 'zod'
import type { EmbedderEntry } from '../../shared/registry/embedders.ts'
import { EXIT, Failure, reasonOf } from './failure.ts'

/** `--embedder URL[,model]` as given. */
export type EmbedderOption = { readonly url: string; readonly model?: string }

const PROBE_TIMEOUT_MS = 30_000

export function parseEmbedder(value: string): EmbedderOption {
  const [url = '', model, ...rest] = value.split(',').map((part) => part.trim())
  const protocol = URL.canParse(url) ? new URL(url).protocol : ''
  if (!['http:', 'https:'].includes(protocol))
    throw new Failure(EXIT.usage, `--embedder: "${url}" is not an address such as http://127.0.0.1:8788/v1`)
  if (rest.length > 0) throw new Failure(EXIT.usage, '--embedder: write URL or URL,model')
  return { url: url.replace(/\/+$/, ''), ...(model && { model }) }
}

/** `max_model_len` is vLLM's, and that of `fairlead embedder`; `truncates` only the latter's. */
const listedModel = z.object({
  id: z.string(),
  max_model_len: z.int().min(16).nullish(),
  truncates: z.boolean().nullish(),
})
const modelList = z.object({ data: z.array(listedModel).min(1) })
const embeddingList = z.object({ data: z.tuple([z.object({ embedding: z.array(z.number()).min(1) })]) })

/** What to put into EMBEDDERS, from what was given and what the server says of itself: its model, and how long its vectors are. */
export async function describeEmbedder(
  option: EmbedderOption,
  choose: (url: string, models: readonly string[]) => Promise<string>,
): Promise<EmbedderEntry> {
  const { url } = option
  const listed = await ask(`${url}/models`, { method: 'GET' })
  const models = modelList.safeParse(listed).data?.data ?? []
  const model =
    option.model ??
    (await onlyModel(
      url,
      models.map(({ id }) => id),
      choose,
    ))
  const body = JSON.stringify({ model, input: ['harbour'] })
  const headers = { 'content-type': 'application/json' }
  const { data } = embeddingList.safeParse(await ask(`${url}/embeddings`, { method: 'POST', headers, body }))
  if (!data)
    throw new Failure(
      EXIT.usage,
      `--embedder: ${url} embeds nothing with the model "${model}"${hint(models)}`,
    )
  const { max_model_len: maxTokens, truncates } = models.find(({ id }) => id === model) ?? {}
  return {
    id: slug(model),
    kind: 'openai-compatible',
    url,
    model,
    dimensions: data.data[0].embedding.length,
    ...(maxTokens && { maxTokens }),
    ...(truncates && { truncates }),
    ...prefixesOf(model),
  }
}

const hint = (models: readonly { readonly id: string }[]) =>
  models.length > 0 ? `; it has ${models.map(({ id }) => id).join(', ')}` : '. Give the address up to /v1.'

async function onlyModel(
  url: string,
  names: readonly string[],
  choose: (url: string, models: readonly string[]) => Promise<string>,
): Promise<string> {
  const [name] = names
  if (name === undefined)
    throw new Failure(
      EXIT.usage,
      `--embedder: ${url}/models lists no models. Name one: --embedder ${url},MODEL`,
    )
  return names.length === 1 ? name : choose(url, names)
}

/** The answer's JSON; undefined when it is a refusal or none, since not every server lists its models. */
async function ask(url: string, init: RequestInit): Promise<unknown> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) }).catch(
    (error: unknown) => {
      throw new Failure(
        EXIT.unreachable,
        `--embedder: nothing answers at ${url} (${reasonOf(error)}). Start the server first.`,
      )
    },
  )
  if (response.status === 401 || response.status === 403)
    throw new Failure(
      EXIT.refused,
      `--embedder: ${url} wants a token. Set it as ORIGIN_NAME and name it in EMBEDDERS with "auth": {"type": "bearer", "secretName": "ORIGIN_NAME"}.`,
    )
  const body: unknown = await response.json().catch(() => undefined)
  return response.ok ? body : undefined
}

/** Some models are trained with a word before each text that says what it is; without it they find less. */
function prefixesOf(model: string): Pick<EmbedderEntry, 'queryPrefix' | 'documentPrefix'> {
  if (/nomic-embed-text/i.test(model))
    return { queryPrefix: 'search_query: ', documentPrefix: 'search_document: ' }
  if (/(?:^|[^a-z0-9])(?:multilingual-)?e5-(?:small|base|large)(?!.*instruct)/i.test(model))
    return { queryPrefix: 'query: ', documentPrefix: 'passage: ' }
  return {}
}

const slug = (model: string) =>
  (model.split('/').at(-1) ?? model)
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
    .slice(0, 63)
