import type { Message, Source } from '../domain/passage.ts'

export type TokenUsage = { readonly promptTokens: number; readonly completionTokens: number }

/** What retrieval found, and the words it found it by. */
type Evidence = {
  readonly question: string
  readonly synonyms: readonly (readonly string[])[]
  readonly sources: readonly Source[]
}

export type GenerationRequest = {
  readonly requestId: string
  readonly model: string
  readonly messages: readonly Message[]
  readonly maxTokens: number
  readonly stream: boolean
  /** Further OpenAI body fields (temperature, tools, stop, ...), passed to the origin as they came. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** The answer so far, given by another endpoint that broke off: what comes back goes on from its last character and does not repeat it. */
  readonly continuation?: string | undefined
  /** The extractive generator answers from it, the others read it in the messages. */
  readonly evidence?: Evidence | undefined
}

/**
 * What an origin says, in order: any number of `chunk`, then at most one `usage`; the end of the iteration is a finished answer.
 * `text` is the visible delta, `raw` the origin's own chat.completion(.chunk) object where there is one.
 */
export type GenerationEvent =
  | {
      readonly type: 'chunk'
      readonly text: string
      readonly finishReason: string | null
      readonly raw: Readonly<Record<string, unknown>> | null
    }
  | { readonly type: 'usage'; readonly usage: TokenUsage }

/**
 * One way to talk to a model server. `generate` resolves when the origin has accepted (response head), rejects with an AppError before that;
 * iterating throws an AppError when the origin breaks off. Aborting the signal, or leaving the iteration early, cancels the origin.
 */
export interface Generator {
  readonly name: string
  /** Whether a request with a `continuation` is understood; others are never sent one. */
  readonly canContinue: boolean
  generate(request: GenerationRequest, signal: AbortSignal): Promise<AsyncIterable<GenerationEvent>>
}
