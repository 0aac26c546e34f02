import type { Embedder } from '../ports/embedder.ts'
import type { Reranker } from '../ports/reranker.ts'
import { spendIn } from './partial-spend.ts'

type Taken = { readonly tokens?: number; readonly costNanoUsd: number; readonly isEstimated?: boolean }

export type Meter = ReturnType<typeof newMeter>

/** Adds up what the calls of one step take, those that failed half-way included. */
export function newMeter() {
  const spent = { tokens: 0, costNanoUsd: 0, isEstimated: false, hasFailed: false }
  const open = new Set<Promise<unknown>>()
  const add = ({ tokens = 0, costNanoUsd, isEstimated = false }: Taken) => {
    spent.tokens += tokens
    spent.costNanoUsd += costNanoUsd
    spent.isEstimated ||= isEstimated
  }
  const watched = async <T extends Taken>(call: Promise<T>): Promise<T> => {
    open.add(call)
    try {
      const taken = await call
      add(taken)
      return taken
    } catch (thrown) {
      spent.hasFailed = true
      add(spendIn(thrown))
      throw thrown
    } finally {
      open.delete(call)
    }
  }
  return {
    spent,
    /** Resolves once no call is under way: one that was too late for its caller may have been paid for. */
    ended: () => Promise.allSettled(open),
    embedder: (embedder: Embedder): Embedder => ({
      ...embedder,
      embed: (...call) => watched(embedder.embed(...call)),
    }),
    reranker: (reranker: Reranker): Reranker => ({
      ...reranker,
      rerank: (...call) => watched(reranker.rerank(...call)),
    }),
  }
}
