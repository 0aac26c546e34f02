import type { Price } from './money.ts'
import type { Level, Tier } from './tiers.ts'

/** One registered origin, as routing sees it. */
export type EndpointRecord = Price & {
  readonly id: string
  readonly url: string
  readonly kind: 'openai-compatible' | 'extractive'
  readonly model: string
  /** Null only for the extractive answerer, which serves every tier. */
  readonly tier: Tier | null
  readonly level: Level | null
  readonly provider: string
  readonly region: string
  readonly configuration: string | null
  readonly contextTokens: number
  readonly maxConcurrency: number
  readonly compliance: readonly string[]
  readonly residency: readonly string[]
  readonly secretName: string | null
  readonly drained: boolean
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
  compliance: [],
  residency: [],
  secretName: null,
  drained: false,
}
