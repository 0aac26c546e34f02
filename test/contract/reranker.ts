import { expect, it } from 'vitest'
import type { RerankCandidate, Reranker } from '../../shared/ports/reranker.ts'
import type { RerankDouble } from '../doubles/rerankers.ts'

export const candidate = (text: string, score = 0.5): RerankCandidate => ({
  title: 'Guide',
  headings: ['Arrival'],
  text,
  score,
})

export const QUESTION = 'where do ships anchor in the harbour'
export const CANDIDATES = [
  candidate('a recipe for onion soup with cheese'),
  candidate('ships anchor in the outer harbour, east of the mole'),
  candidate('the office opens at nine on weekdays'),
  candidate('the harbour pilot boards ships at sea'),
]

/** Every Reranker passes this unchanged, compositions too. */
export function rerankerContract(create: () => Reranker | Promise<Reranker>) {
  it('scores every candidate from 0 to 1, in the candidates’ order', async () => {
    const reranker = await create()
    const { scores, costNanoUsd } = await reranker.rerank(QUESTION, CANDIDATES)
    expect(scores).toHaveLength(CANDIDATES.length)
    for (const score of scores) {
      expect(score).toBeGreaterThanOrEqual(0)
      expect(score).toBeLessThanOrEqual(1)
    }
    expect(Number.isSafeInteger(costNanoUsd) && costNanoUsd >= 0).toBe(true)
    const backwards = await reranker.rerank(QUESTION, CANDIDATES.toReversed())
    for (const [i, score] of backwards.scores.toReversed().entries())
      expect(score).toBeCloseTo(scores[i] ?? -1)
  })

  it('puts the passage that answers above those that do not', async () => {
    const { scores } = await (await create()).rerank(QUESTION, CANDIDATES)
    expect(scores.indexOf(Math.max(...scores))).toBe(1)
    expect(scores[3]).toBeGreaterThan(scores[2] ?? 1)
  })

  it('takes more candidates than a search may show it', async () => {
    const many = Array.from({ length: 100 }, (_, i) => candidate(i === 77 ? QUESTION : `text number ${i}`))
    const { scores } = await (await create()).rerank(QUESTION, many)
    expect(scores).toHaveLength(100)
    expect(scores.indexOf(Math.max(...scores))).toBe(77)
  })

  it('answers no candidates with no scores, for nothing', async () => {
    expect(await (await create()).rerank(QUESTION, [])).toEqual({ scores: [], costNanoUsd: 0 })
  })

  it('rejects when it is aborted', async () => {
    const reranker = await create()
    await expect(reranker.rerank(QUESTION, CANDIDATES, AbortSignal.abort())).rejects.toThrow('abort')
  })
}

/** What every reranker that asks a server does when the server misbehaves. `good` is an answer for the two candidates of these tests. */
export function rerankServiceContract(
  start: () => Promise<{ double: RerankDouble; at: (key?: string) => Reranker }>,
  body: (scores: readonly (readonly [number, unknown])[]) => unknown,
) {
  const two = CANDIDATES.slice(0, 2)
  const answers = async (reply: unknown) => {
    const { double, at } = await start()
    double.script({ status: 200, body: reply })
    return at().rerank(QUESTION, two)
  }

  it.each([429, 500, 503])('asks again after %i', async (status) => {
    const { double, at } = await start()
    double.script({ status, body: {} })
    expect((await at().rerank(QUESTION, two)).scores).toHaveLength(2)
    expect(double.requests).toHaveLength(2)
  })

  it('gives up after three tries, or at once where it would have to wait too long', async () => {
    const { double, at } = await start()
    double.script(...Array.from({ length: 3 }, () => ({ status: 503, body: {} })))
    await expect(at().rerank(QUESTION, two)).rejects.toMatchObject({ code: 'upstream_unavailable' })
    expect(double.requests).toHaveLength(3)
    double.script({ status: 429, body: {}, headers: { 'retry-after': '7' } })
    await expect(at().rerank(QUESTION, two)).rejects.toMatchObject({ details: { retryAfterMs: 7_000 } })
    expect(double.requests).toHaveLength(4)
  })

  it('does not ask again with a key that was refused', async () => {
    const { double, at } = await start()
    await expect(at('wrong').rerank(QUESTION, two)).rejects.toMatchObject({
      code: 'upstream_rejected',
      details: { status: 401 },
    })
    expect(double.requests).toHaveLength(0)
  })

  it('leaves a server that keeps silent when it is aborted', async () => {
    const { double, at } = await start()
    double.script({ status: 0, body: null })
    await expect(at().rerank(QUESTION, two, AbortSignal.timeout(300))).rejects.toThrow(
      /did not answer|timeout/,
    )
  })

  it('reads scores in any order', async () => {
    const good = body([
      [1, 0.9],
      [0, 0.1],
    ])
    expect((await answers(good)).scores).toEqual([0.1, 0.9])
  })

  it.each<[string, readonly (readonly [number, unknown])[]]>([
    ['misses one', [[0, 0.5]]],
    [
      'has one twice',
      [
        [0, 0.5],
        [0, 0.6],
      ],
    ],
    [
      'has one too many',
      [
        [0, 0.5],
        [1, 0.6],
        [1, 0.6],
      ],
    ],
    [
      'numbers one that was not sent',
      [
        [0, 0.5],
        [2, 0.6],
      ],
    ],
    [
      'has words for a score',
      [
        [0, 'high'],
        [1, 0.5],
      ],
    ],
    [
      'has null for a score',
      [
        [0, null],
        [1, 0.5],
      ],
    ],
  ])('refuses an answer that %s', async (_, scores) => {
    await expect(answers(body(scores))).rejects.toMatchObject({ code: 'upstream_rejected' })
  })

  it('refuses an answer of another shape, and one that is no JSON', async () => {
    await expect(answers({ scores: [0.1, 0.2] })).rejects.toMatchObject({ code: 'upstream_rejected' })
    await expect(answers('<html></html>')).rejects.toMatchObject({ code: 'upstream_rejected' })
  })
}
