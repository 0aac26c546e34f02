import { describe, expect, it } from 'vitest'
import { flatTariff } from '../../../shared/domain/tariff.ts'
import { AppError } from '../../../shared/errors.ts'
import type { RerankCandidate, Reranker } from '../../../shared/ports/reranker.ts'
import { ensemble } from '../../../shared/rerank/ensemble.ts'
import { multiStage } from '../../../shared/rerank/multi-stage.ts'
import { rerankHits } from '../../../shared/rerank/rerank-hits.ts'
import { candidate, QUESTION, rerankerContract } from '../../contract/reranker.ts'

const noLog = () => undefined
const wordsOf = (text: string) => text.toLowerCase().split(/\W+/)

/** Scores by a rule of the test, and keeps what it was shown. */
function byRule(id: string, rule: (text: string, query: string) => number, costNanoUsd = 0) {
  const shown: string[][] = []
  const tariff = flatTariff({ provider: id, model: id }, costNanoUsd)
  const reranker: Reranker = {
    id,
    tariff,
    async rerank(query, candidates, signal) {
      signal?.throwIfAborted()
      shown.push(candidates.map(({ text }) => text))
      const scores = candidates.map(({ text }) => rule(text, query))
      return { scores, costNanoUsd: candidates.length > 0 ? costNanoUsd : 0 }
    },
  }
  return { ...reranker, shown }
}
const byWords = () =>
  byRule('words', (text, query) => {
    const asked = wordsOf(query)
    return asked.filter((word) => wordsOf(text).includes(word)).length / asked.length
  })
const byNumber = (id: string, sign = 1, cost = 0) =>
  byRule(id, (text) => (sign > 0 ? Number(text) : 100 - Number(text)) / 100, cost)
const failing: Reranker = {
  id: 'failing',
  tariff: null,
  rerank: () => Promise.reject(new AppError('upstream_unavailable', 'The model server answered 500')),
}
const silent: Reranker = { id: 'silent', tariff: null, rerank: () => new Promise(() => undefined) }
const heeding: Reranker = {
  id: 'heeding',
  tariff: null,
  rerank: (_query, _candidates, signal) =>
    new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
}

const halfPaid = (costNanoUsd: number) =>
  multiStage('half', [
    { reranker: byNumber('paid', 1, costNanoUsd), keep: 2 },
    { reranker: failing, keep: 2 },
  ])

const numbers = (...all: readonly number[]): RerankCandidate[] => all.map((n) => candidate(String(n)))
const orderOf = (candidates: readonly RerankCandidate[], scores: readonly number[]) =>
  candidates
    .map(({ text }, i) => ({ text, score: scores[i] ?? 0 }))
    .toSorted((a, b) => b.score - a.score)
    .map(({ text }) => Number(text))

describe('Reranker contract: multi-stage', () => {
  rerankerContract(() =>
    multiStage('two', [
      { reranker: byWords(), keep: 3 },
      { reranker: byWords(), keep: 3 },
    ]),
  )

  it('shows each stage only the best of the one before, and leaves the others below in that stage’s order', async () => {
    const [first, second, third] = [byNumber('a'), byNumber('b', -1), byNumber('c')]
    const stages = [
      { reranker: first, keep: 4 },
      { reranker: second, keep: 2 },
      { reranker: third, keep: 1 },
    ]
    const candidates = numbers(10, 60, 30, 0, 50, 40, 20)
    const { scores } = await multiStage('three', stages).rerank(QUESTION, candidates)
    expect(second.shown).toEqual([['60', '50', '40', '30']])
    expect(third.shown).toEqual([['30', '40']])
    expect(orderOf(candidates, scores)).toEqual([40, 30, 50, 60, 20, 10, 0])
  })

  it('costs what its stages cost together', async () => {
    const stages = [
      { reranker: byNumber('a', 1, 3), keep: 2 },
      { reranker: byNumber('b', 1, 40), keep: 2 },
    ]
    expect((await multiStage('two', stages).rerank(QUESTION, numbers(1, 2, 3))).costNanoUsd).toBe(43)
  })

  it('never puts what a stage dropped level with what it kept', async () => {
    const stages = [
      { reranker: byRule('all', () => 1), keep: 1 },
      { reranker: byRule('none', () => 0), keep: 1 },
    ]
    const { scores } = await multiStage('two', stages).rerank(QUESTION, numbers(2, 1))
    expect(scores[0]).toBeGreaterThan(scores[1] ?? 1)
  })

  it('fails with a stage that fails, and says what the stages before it cost', async () => {
    const stages = (costNanoUsd: number) => [
      { reranker: byNumber('a', 1, costNanoUsd), keep: 2 },
      { reranker: failing, keep: 2 },
    ]
    const free = multiStage('two', stages(0)).rerank(QUESTION, numbers(1, 2))
    await expect(free).rejects.toMatchObject({ message: 'The model server answered 500', details: {} })
    const paid = multiStage('two', stages(7)).rerank(QUESTION, numbers(1, 2))
    await expect(paid).rejects.toMatchObject({ details: { spent: { tokens: 0, costNanoUsd: 7 } } })
  })

  it('says what the stages before one that is late cost, and gives the reason of the abort where nothing was paid', async () => {
    const late = async (costNanoUsd: number) => {
      const stages = [
        { reranker: byNumber('a', 1, costNanoUsd), keep: 2 },
        { reranker: heeding, keep: 2 },
      ]
      const signal = AbortSignal.timeout(20)
      return multiStage('two', stages).rerank(QUESTION, numbers(1, 2), signal)
    }
    await expect(late(0)).rejects.toMatchObject({ name: 'TimeoutError' })
    await expect(late(7)).rejects.toMatchObject({
      code: 'upstream_timeout',
      details: { spent: { tokens: 0, costNanoUsd: 7 } },
    })
  })

  it('adds up what was paid at every depth of the composition', async () => {
    const outer = [
      { reranker: byNumber('a', 1, 7), keep: 2 },
      { reranker: halfPaid(40), keep: 2 },
    ]
    const nested = multiStage('outer', outer).rerank(QUESTION, numbers(1, 2))
    await expect(nested).rejects.toMatchObject({ details: { spent: { costNanoUsd: 47 } } })
  })
})

describe('the most that a composition costs', () => {
  const [cheap, dear] = [byNumber('a', 1, 3), byNumber('b', 1, 40)]

  it('is that of its paid parts together, which the ledger names', () => {
    const { tariff } = multiStage(
      'two',
      [cheap, dear, byNumber('c')].map((reranker) => ({ reranker, keep: 2 })),
    )
    expect(tariff?.mostNanoUsd(50)).toBe(43)
    expect(tariff).toMatchObject({ provider: 'a+b', model: 'a+b' })
    const members = [cheap, dear].map((reranker) => ({ reranker, weight: 1 }))
    expect(ensemble('both', members, { log: noLog }).tariff?.mostNanoUsd(50)).toBe(43)
  })

  it('is nothing where its parts are free', () => {
    const parts = [byWords(), byWords()].map((reranker) => ({ reranker, keep: 2, weight: 1 }))
    expect(multiStage('two', parts).tariff).toBeNull()
    expect(ensemble('both', parts, { log: noLog }).tariff).toBeNull()
  })
})

describe('Reranker contract: ensemble', () => {
  const of = (...members: readonly (readonly [Reranker, number])[]) =>
    ensemble(
      'both',
      members.map(([reranker, weight]) => ({ reranker, weight })),
      { log: noLog },
    )
  rerankerContract(() => of([byWords(), 1], [byWords(), 2]))

  it('sums the members’ scores by weight, each stretched to 0..1', async () => {
    const narrow = byRule('narrow', (text) => 0.5 + Number(text) / 1_000, 5)
    const both = of([narrow, 3], [byNumber('b', -1, 7), 1])
    const { scores, costNanoUsd } = await both.rerank(QUESTION, numbers(0, 50, 100))
    expect(scores.map((score) => score.toFixed(6))).toEqual(['0.250000', '0.500000', '0.750000'])
    expect(costNanoUsd).toBe(12)
  })

  it('leaves out a member that fails or is late, and logs it', async () => {
    const logged: unknown[] = []
    const members = [failing, byNumber('a'), heeding].map((reranker) => ({ reranker, weight: 1 }))
    const both = ensemble('both', members, { log: (event) => logged.push(event), memberDeadlineMs: 20 })
    expect((await both.rerank(QUESTION, numbers(0, 100))).scores).toEqual([0, 1])
    expect(logged).toMatchObject([
      { event: 'rerank_member_failed', reranker: 'both', member: 'failing' },
      { member: 'heeding', error: { code: 'upstream_timeout' } },
    ])
  })

  it('fails when all of them fail', async () => {
    await expect(of([failing, 1], [failing, 1]).rerank(QUESTION, numbers(1))).rejects.toMatchObject({
      code: 'upstream_unavailable',
      message: 'All members of the ensemble failed',
    })
  })

  it('costs also what a member was paid before it failed', async () => {
    const both = of([byNumber('a', 1, 7), 1], [halfPaid(40), 1])
    expect((await both.rerank(QUESTION, numbers(0, 100))).costNanoUsd).toBe(47)
  })

  it('says what its members were paid when all of them fail, or when it is left', async () => {
    const failed = of([halfPaid(7), 1], [halfPaid(40), 1]).rerank(QUESTION, numbers(0, 100))
    await expect(failed).rejects.toMatchObject({
      code: 'upstream_unavailable',
      details: { spent: { costNanoUsd: 47 } },
    })
    const half = of([byNumber('a', 1, 7), 1], [heeding, 1])
    await expect(half.rerank(QUESTION, numbers(0, 100), AbortSignal.timeout(20))).rejects.toMatchObject({
      code: 'upstream_timeout',
      details: { spent: { costNanoUsd: 7 } },
    })
  })

  it('does not count a member to which all candidates are alike', async () => {
    const { scores } = await of([byRule('dull', () => 0.3), 9], [byNumber('a'), 1]).rerank(
      QUESTION,
      numbers(0, 100),
    )
    expect(scores).toEqual([0, 1])
  })
})

describe('reranking hits', () => {
  const hits = [90, 10, 50, 70].map((n, i) => ({ ...candidate(String(n), 1 - i / 4), id: i }))

  it('shows the reranker the best hits, and leaves the rest below', async () => {
    const reranker = byNumber('a', -1, 9)
    const answer = await rerankHits(reranker, QUESTION, hits, { weight: 1, candidates: 3 })
    expect(answer).toMatchObject({ costNanoUsd: 9, degraded: null })
    expect(answer.hits.map(({ text }) => text)).toEqual(['10', '50', '90', '70'])
    expect(reranker.shown).toEqual([['90', '10', '50']])
  })

  it('never shows it more than a hundred', async () => {
    const reranker = byNumber('a')
    const many = Array.from({ length: 150 }, (_, i) => candidate(String(i), 1 - i / 150))
    const { hits: all } = await rerankHits(reranker, QUESTION, many, { candidates: 1_000 })
    expect(reranker.shown[0]).toHaveLength(100)
    expect(all).toHaveLength(150)
  })

  it.each([
    ['fails', failing, 'reranker failing: The model server answered 500'],
    ['is late', silent, 'reranker silent: no answer within 20 ms'],
    ['is late and says so', heeding, 'reranker heeding: no answer within 20 ms'],
  ])('leaves the order of the search, and says why, when the reranker %s', async (_, reranker, degraded) => {
    const answer = await rerankHits(reranker, QUESTION, hits, { deadlineMs: 20 })
    expect(answer).toEqual({
      hits: hits.map((one) => ({ ...one, rerankScore: null })),
      costNanoUsd: 0,
      degraded,
    })
  })

  it('costs what was paid before a reranker failed', async () => {
    const stages = [
      { reranker: byNumber('a', 1, 7), keep: 2 },
      { reranker: failing, keep: 2 },
    ]
    expect(await rerankHits(multiStage('two', stages), QUESTION, hits)).toMatchObject({ costNanoUsd: 7 })
  })

  it('costs what was paid before a later stage was late', async () => {
    const stages = [
      { reranker: byNumber('a', 1, 7), keep: 2 },
      { reranker: heeding, keep: 2 },
    ]
    const answer = await rerankHits(multiStage('two', stages), QUESTION, hits, { deadlineMs: 20 })
    expect(answer).toMatchObject({ costNanoUsd: 7, degraded: 'reranker two: no answer within 20 ms' })
  })

  it('asks nobody about one hit or none', async () => {
    expect((await rerankHits(failing, QUESTION, hits.slice(0, 1))).degraded).toBeNull()
    expect((await rerankHits(failing, QUESTION, [])).hits).toEqual([])
  })
})
