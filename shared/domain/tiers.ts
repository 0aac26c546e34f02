/** Model size, smallest first. The order is the order of capability. */
export const TIERS = ['s', 'm', 'l', 'xl'] as const
export type Tier = (typeof TIERS)[number]

export const LEVELS = ['hyperscaler', 'gpu_native', 'serverless', 'on_premises'] as const
export type Level = (typeof LEVELS)[number]

/** What retrieval does for a tier. Sizes are tokens. Source: the requirements document's "RAG Configuration by Tier". */
export type RetrievalProfile = {
  readonly chunkTokens: number
  readonly topK: number
  readonly contextTokens: number
  /** Longest answer asked of the model. */
  readonly outputTokens: number
}

export const RETRIEVAL_PROFILES: Readonly<Record<Tier, RetrievalProfile>> = {
  s: { chunkTokens: 256, topK: 3, contextTokens: 2_048, outputTokens: 512 },
  m: { chunkTokens: 512, topK: 5, contextTokens: 8_192, outputTokens: 1_024 },
  l: { chunkTokens: 1_024, topK: 10, contextTokens: 16_384, outputTokens: 2_048 },
  xl: { chunkTokens: 2_048, topK: 20, contextTokens: 32_768, outputTokens: 4_096 },
}
