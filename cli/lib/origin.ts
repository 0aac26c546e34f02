import { z } from 'zod'
import type { endpointRequest } from '../../shared/api/endpoint-request.ts'
import { TIERS, type Tier } from '../../shared/domain/tiers.ts'
import { EXIT, Failure, reasonOf } from './failure.ts'

/** `--origin URL[,model,tier]` as given. */
export type OriginOption = { readonly url: string; readonly model?: string; readonly tier?: Tier }
export type Origin = {
  readonly id: string
  readonly request: z.input<typeof endpointRequest>
}

const PROBE_TIMEOUT_MS = 5_000

export function parseOrigin(value: string): OriginOption {
  const [url = '', model, tier, ...rest] = value.split(',').map((part) => part.trim())
  const protocol = URL.canParse(url) ? new URL(url).protocol : ''
  if (!['http:', 'https:'].includes(protocol))
    throw new Failure(EXIT.usage, `--origin: "${url}" is not an address such as http://127.0.0.1:8000/v1`)
  if (rest.length > 0 || (tier && !isTier(tier)))
    throw new Failure(
      EXIT.usage,
      `--origin: write URL, URL,model or URL,model,tier with tier one of ${TIERS.join(', ')}`,
    )
  return { url: url.replace(/\/+$/, ''), ...(model && { model }), ...(tier && isTier(tier) && { tier }) }
}

const isTier = (text: string): text is Tier => TIERS.some((tier) => tier === text)

/** The models a server says it has; `max_model_len` is vLLM's. */
const modelList = z.object({
  data: z.array(z.object({ id: z.string(), max_model_len: z.int().nullish() })).min(1),
})
type Model = z.infer<typeof modelList>['data'][number]

export async function listModels({ url }: OriginOption): Promise<Model[]> {
  const response = await fetch(`${url}/models`, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) }).catch(
    (error) => {
      throw new Failure(
        EXIT.unreachable,
        `--origin: no model server answers at ${url} (${reasonOf(error)}). Start it first.`,
      )
    },
  )
  if (response.status === 401 || response.status === 403)
    throw new Failure(
      EXIT.refused,
      `--origin: ${url} wants a token. Set it as ORIGIN_NAME and register the endpoint with PUT /v1/endpoints/{id} and "auth": {"type": "bearer", "secretName": "ORIGIN_NAME"}.`,
    )
  const { data } = modelList.safeParse(await response.json().catch(() => undefined))
  if (data) return data.data
  throw new Failure(
    EXIT.usage,
    `--origin: ${url}/models does not list models (status ${response.status}). Give the address up to /v1, as OpenAI clients take it.`,
  )
}

/** What to register, from what was given and what the server says of itself. `choose` decides when it has several models. */
export async function describeOrigin(
  option: OriginOption,
  choose: (url: string, models: readonly string[]) => Promise<string>,
): Promise<Origin> {
  const models = await listModels(option)
  const names = models.map(({ id }) => id)
  const name =
    option.model ?? (names.length === 1 ? names[0] : undefined) ?? (await choose(option.url, names))
  const known = models.find(({ id }) => id === name || id === `${name}:latest`)
  if (!known)
    throw new Failure(
      EXIT.usage,
      `--origin: ${option.url} has no model "${name}"; it has ${names.join(', ')}`,
    )
  const tier = option.tier ?? tierOfModel(name)
  return {
    id: endpointId(option.url, name),
    request: {
      url: option.url,
      model: known.id,
      tier,
      ...(known.max_model_len && { contextTokens: known.max_model_len }),
      // The user's own machine: what it costs is already paid.
      price: { inputUsdPerMTok: 0, outputUsdPerMTok: 0 },
    },
  }
}

/** Largest size of each tier in billions of parameters, as the handbook's concepts draw the lines. */
const TIER_LIMITS: readonly (readonly [Tier, number])[] = [
  ['s', 5],
  ['m', 40],
  ['l', 200],
]

/** Model names tell their size ("Llama-3.1-8B-Instruct", "qwen3:0.6b", "Mixtral-8x7B"); one that does not is taken for tier m. */
export function tierOfModel(name: string): Tier {
  const match = /(?:^|[^a-z0-9.])(?:(\d+)x)?(\d+(?:\.\d+)?)b(?![a-z0-9])/i.exec(name)
  if (!match) return 'm'
  const billions = Number(match[1] ?? 1) * Number(match[2])
  return TIER_LIMITS.find(([, limit]) => billions <= limit)?.[0] ?? 'xl'
}

/** The same server and model always make the same endpoint, so starting again replaces rather than adds. */
export function endpointId(url: string, model: string): string {
  const { host } = new URL(url)
  const name = model.split('/').at(-1) ?? model
  return slug(`${name}-${host}`)
}

const slug = (text: string) =>
  text
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+/, '')
    .slice(0, 63)
