/** A retrieved chunk as it travels to the prompt, the answer and the reader. `number` counts from 1 in the prompt. */
export type Source = {
  readonly number: number
  readonly documentId: string
  readonly version: number
  readonly title: string
  readonly url?: string | undefined
  readonly start: number
  readonly end: number
  readonly text: string
  readonly headings: readonly string[]
  /** Data labels of its document and collection: an endpoint without clearance for each of them is never shown it. */
  readonly labels: readonly string[]
  readonly score: number
  /** How likely it is to be relevant, 0..1. */
  readonly probability: number
}

/** A message as a client sent it, with whatever fields its model understands. */
export type Message = Readonly<Record<string, unknown>>

/** A message of ours: plain text only. */
export type ChatMessage = { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }

/** One sentence of the answer: where it is, what it cites, and how well the cited text supports it (0..1). */
export type Claim = {
  readonly start: number
  readonly end: number
  readonly sources: readonly number[]
  readonly support: number
  readonly supported: boolean
}
