import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  costOfTokens,
  flatTariff,
  joinedTariff,
  mostTokens,
  type RerankerTariff,
  serviceName,
} from '../../shared/domain/tariff.ts'
import { builtIn } from '../doubles/embeddings.ts'

const payee = { provider: 'cohere', model: 'rerank-v3.5' }
/** Ten for each candidate. */
const byCandidate: RerankerTariff = { ...payee, mostNanoUsd: (candidates) => 10 * candidates }

describe('the worst case of embedding', () => {
  it('is never below what a tokenizer makes of the texts', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 80 })), (texts) => {
        const tokens = texts.reduce((sum, text) => sum + builtIn.count(text), 0)
        expect(mostTokens(texts)).toBeGreaterThanOrEqual(tokens)
      }),
    )
  })

  it('adds up: texts together cost no more than alone, but for one rounding each', () => {
    const texts = fc.array(fc.string({ maxLength: 50 }), { maxLength: 10 })
    fc.assert(
      fc.property(texts, texts, fc.nat(1_000_000), (some, others, price) => {
        const apart = costOfTokens(mostTokens(some), price) + costOfTokens(mostTokens(others), price)
        const together = costOfTokens(mostTokens([...some, ...others]), price)
        expect(together).toBeLessThanOrEqual(apart)
        expect(together).toBeGreaterThanOrEqual(apart - 1)
      }),
    )
  })
})

describe('what a reranker costs', () => {
  it('is nothing at all where a search has no price', () => {
    expect(flatTariff(payee, 0)).toBeNull()
    expect(flatTariff(payee, 7)).toMatchObject(payee)
    expect(flatTariff(payee, 7)?.mostNanoUsd(100)).toBe(7)
  })

  it('is nothing where none of its parts costs anything', () => {
    expect(joinedTariff([])).toBeNull()
    expect(joinedTariff([{ tariff: null, shown: 10 }])).toBeNull()
  })

  it('is that of its parts, each with what it is shown', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(200), { minLength: 1 }), fc.nat(100), (shown, candidates) => {
        const joined = joinedTariff(shown.map((most) => ({ tariff: byCandidate, shown: most })))
        const sum = shown.reduce((total, most) => total + 10 * Math.min(most, candidates), 0)
        expect(joined?.mostNanoUsd(candidates)).toBe(sum)
      }),
    )
  })

  it('names everyone who is paid, once', () => {
    const other = flatTariff({ provider: 'workers-ai', model: 'bge' }, 1)
    const parts = [byCandidate, null, other, byCandidate].map((tariff) => ({ tariff, shown: 5 }))
    expect(joinedTariff(parts)).toMatchObject({ provider: 'cohere+workers-ai', model: 'rerank-v3.5+bge' })
  })
})

it('an embedder is called by what its id begins with', () => {
  expect(serviceName('openai:text-embedding-3-large:1024')).toBe('openai')
  expect(serviceName('late-interaction')).toBe('late-interaction')
})
