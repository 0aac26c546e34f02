import type { Price } from './money.ts'
import type { Level, Tier } from './tiers.ts'

/**
 * The wire protocols of origins, each with a generator of its own. Vendors that speak OpenAI's without a dialect are `openai-compatible`.
 * What is answered in the Worker itself is `extractive`.
 */
export const ENDPOINT_KINDS = ['openai-compatible', 'together', 'modal', 'runpod', 'replicate'] as const
export type EndpointKind = (typeof ENDPOINT_KINDS)[number] | 'extractive'

/**
 * How an endpoint is paid for and proven to. Secrets are named, never stored: `secretName` is a Worker secret.
 * `binding` is an mTLS certificate binding whose fetch is used instead of the global one.
 */
export type EndpointAuth =
  | { readonly type: 'none' }
  | { readonly type: 'bearer'; readonly secretName: string }
  /** Header names to the Worker secrets that hold their values, such as Modal-Key and Modal-Secret. */
  | { readonly type: 'headers'; readonly secretNames: Readonly<Record<string, string>> }
  /** SigV4; the secret is JSON `{accessKeyId, secretAccessKey, sessionToken?}`. */
  | { readonly type: 'aws'; readonly secretName: string; readonly region: string; readonly service: string }
  /** OAuth access token for a service account; the secret is its JSON key file. */
  | { readonly type: 'gcp'; readonly secretName: string }
  /** Entra client credentials; the secret is JSON `{tenantId, clientId, clientSecret}`. */
  | { readonly type: 'azure'; readonly secretName: string; readonly scope: string }

/** One registered origin, as routing sees it. */
export type EndpointRecord = Price & {
  readonly id: string
  readonly url: string
  readonly kind: EndpointKind
  readonly model: string
  /** Null only for the extractive answerer, which serves every tier. */
  readonly tier: Tier | null
  readonly level: Level | null
  readonly provider: string
  /** As the provider names it; shared/domain/routing knows where the public ones are. */
  readonly region: string
  readonly configuration: string | null
  readonly contextTokens: number
  readonly maxConcurrency: number
  /** For origins billed by time: nano-dollars for each second all its GPUs run; 0 where tokens are what is paid for. */
  readonly gpuNanoUsdPerSecond: number
  /** How good its answers are, 0..1, beside the other endpoints'. */
  readonly quality: number
  /** Added to the first answer after `warmForMs` without any; 0: always warm. */
  readonly coldStartMs: number
  readonly warmForMs: number
  /** What to expect before anything was measured; null where nobody knows. */
  readonly nominalTimeToFirstTokenMs: number | null
  readonly nominalTimePerOutputTokenMs: number | null
  /** Regimes it is attested for. */
  readonly compliance: readonly string[]
  /** Places its text stays in. */
  readonly residency: readonly string[]
  /** Data labels it may be shown; a labelled passage goes nowhere else. */
  readonly clearance: readonly string[]
  readonly auth: EndpointAuth
  /** Name of an mTLS certificate binding to call through. */
  readonly mtlsBinding: string | null
  /** Asked by the endpoint's own object while it is in use; null: never. */
  readonly healthUrl: string | null
  readonly metricsUrl: string | null
  readonly drained: boolean
  /** Changes with every change of the registration. */
  readonly updatedAtMs: number
}

/** Quotes the sources themselves: runs in the Worker, costs nothing, holds nothing back from the edge. */
export const EXTRACTIVE: EndpointRecord = {
  id: 'extractive',
  url: '',
  kind: 'extractive',
  model: 'extractive',
  tier: null,
  level: null,
  provider: 'fairlead',
  region: 'edge',
  configuration: null,
  contextTokens: Number.MAX_SAFE_INTEGER,
  maxConcurrency: Number.MAX_SAFE_INTEGER,
  inputNanoUsdPerKTok: 0,
  outputNanoUsdPerKTok: 0,
  gpuNanoUsdPerSecond: 0,
  quality: 0,
  coldStartMs: 0,
  warmForMs: 0,
  nominalTimeToFirstTokenMs: null,
  nominalTimePerOutputTokenMs: null,
  compliance: [],
  residency: [],
  clearance: [],
  auth: { type: 'none' },
  mtlsBinding: null,
  healthUrl: null,
  metricsUrl: null,
  drained: false,
  updatedAtMs: 0,
}
