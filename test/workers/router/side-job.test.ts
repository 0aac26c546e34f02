import { describe, expect, it } from 'vitest'
import { AppError } from '../../../shared/errors.ts'
import type { Ask } from '../../../workers/router/ask.ts'
import { rewrite } from '../../../workers/router/rewrite.ts'
import { askBeside } from '../../../workers/router/side-job.ts'

const JOB = { name: 'judging', messages: [], maxTokens: 9, maxCostUsd: 1, maxLatencyMs: 5_000, labels: [] }

/** As much of a request as a side job looks at. */
const call = (signal = new AbortController().signal) =>
  ({
    context: { requestId: 'req_1' },
    question: 'How much?',
    conversation: [],
    requirements: {},
    clientSignal: signal,
  }) as unknown as Ask

/** Nobody can do it; remembers who was asked. */
function nobody(error = new AppError('no_capacity', 'Everybody is busy')) {
  const asked: Ask[] = []
  const ask = async (job: Ask) => {
    asked.push(job)
    throw error
  }
  return { asked, ask }
}

describe('a side job', () => {
  it('counts in no rate limit, and ends with the client of the request', async () => {
    const { asked, ask } = nobody()
    const request = call()
    await askBeside(ask, request, JOB)
    expect(asked).toMatchObject([{ isBeside: true, context: { requestId: 'req_1-judging' } }])
    expect(asked[0]?.clientSignal).toBe(request.clientSignal)
  })

  it('is not begun for a client that has left', async () => {
    const { asked, ask } = nobody()
    const done = await askBeside(ask, call(AbortSignal.abort()), JOB)
    expect(asked).toEqual([])
    expect(done).toEqual({ text: null, endpoint: null, costNanoUsd: 0, failure: 'the client left' })
  })

  const rejected = (...endpoints: string[]) => ({
    details: { rejected: endpoints.map((endpoint) => ({ endpoint, reason: 'cost' })) },
  })
  it.each([
    [
      new AppError('no_endpoint', 'Nobody; details say why', rejected('a')),
      'No endpoint satisfies the requirements: a (cost)',
    ],
    [
      new AppError('no_endpoint', 'Nobody; details say why', rejected('a', 'b', 'c')),
      'No endpoint satisfies the requirements: a (cost), b (cost) and others',
    ],
    [new AppError('no_endpoint', 'None is registered', rejected()), 'None is registered'],
    [new AppError('context_length_exceeded', 'Too long', rejected('a')), 'Too long'],
    [new AppError('no_capacity', 'Everybody is busy'), 'Everybody is busy'],
  ])('that nobody does says why in one line', async (error, failure) => {
    expect(await askBeside(nobody(error).ask, call(), JOB)).toMatchObject({ text: null, failure })
  })
})

describe('rewording', () => {
  it.each([
    [Number.POSITIVE_INFINITY, 5_000],
    [20_000, 5_000],
    [3_000, 1_500],
    [1, 1],
  ])('with %d ms left for the answer may take %d of them', async (leftMs, maxLatencyMs) => {
    const { asked, ask } = nobody()
    await rewrite(ask, call(), { techniques: ['condense'], maxCostUsd: 0.01 }, leftMs)
    expect(asked).toMatchObject([{ requirements: { maxLatencyMs } }])
  })
})
