import { utf8Bytes } from './tokens.ts'

/** Who is paid for a step of retrieval, as the ledger names it. */
export type Payee = { readonly provider: string; readonly model: string }

/** What an embedder or reranker is called in settings: an embedder's id goes on with what fixes its vectors. */
export const serviceName = (id: string): string => id.split(':', 1)[0] ?? id

/** `mostNanoUsd`: what one call with these texts cannot exceed. */
export type EmbedderTariff = Payee & { readonly mostNanoUsd: (texts: readonly string[]) => number }

/** `mostNanoUsd`: what one search with so many candidates cannot exceed. */
export type RerankerTariff = Payee & { readonly mostNanoUsd: (candidates: number) => number }

/** Special tokens, and the instruction that some models put before a text on their own account. */
const TOKENS_AROUND_TEXT = 32

/** An upper bound: no tokenizer makes more tokens than bytes. */
export const mostTokens = (texts: readonly string[]): number =>
  texts.reduce((sum, text) => sum + utf8Bytes(text) + TOKENS_AROUND_TEXT, 0)

/** Nano-dollars, rounded up once for the whole call. */
export const costOfTokens = (tokens: number, nanoUsdPerKTok: number): number =>
  Math.ceil((tokens * nanoUsdPerKTok) / 1_000)

/** Of a service that is paid by the search; null where a search costs nothing. */
export const flatTariff = (payee: Payee, nanoUsdPerSearch: number): RerankerTariff | null =>
  nanoUsdPerSearch > 0 ? { ...payee, mostNanoUsd: () => nanoUsdPerSearch } : null

/** A part of a composed reranker: it never sees more candidates than are `shown` to it. */
type Part = { readonly tariff: RerankerTariff | null; readonly shown: number }

/** Of rerankers that are all asked for one search; null where none of them costs anything. */
export function joinedTariff(parts: readonly Part[]): RerankerTariff | null {
  const paid = parts.flatMap(({ tariff, shown }) => (tariff ? [{ ...tariff, shown }] : []))
  if (paid.length === 0) return null
  const named = (field: keyof Payee) => [...new Set(paid.map((part) => part[field]))].join('+')
  return {
    provider: named('provider'),
    model: named('model'),
    mostNanoUsd: (candidates) =>
      paid.reduce((sum, { mostNanoUsd, shown }) => sum + mostNanoUsd(Math.min(candidates, shown)), 0),
  }
}
