import { beforeEach, describe, expect, it } from 'vitest'
import type { AdmissionDecision } from '../../../shared/domain/budget.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Embedder, Embedding } from '../../../shared/ports/embedder.ts'
import type { TenantOperation, TenantRpc } from '../../../shared/ports/objects.ts'
import type { Reranker } from '../../../shared/ports/reranker.ts'
import type { CallContext } from '../../../shared/ports/services.ts'
import type { Deps } from '../../../workers/rag/app.ts'
import { metered, newMeters, paid } from '../../../workers/rag/paid.ts'

const context: CallContext = {
  requestId: 'req_1',
  principal: {
    tenantId: 't',
    plan: 'free',
    keyId: 'k',
    scopes: ['query'],
    collections: null,
    principals: [],
  },
}
const taken = { vectors: [], tokens: 5, costNanoUsd: 50 }
const embedder: Embedder = {
  id: 'mini:mini-embed:64',
  dimensions: 64,
  denseShare: 0.5,
  feedbackShare: 0,
  tariff: { provider: 'openai', model: 'mini-embed', mostNanoUsd: (texts) => 100 * texts.length },
  embed: () => Promise.resolve(taken),
}
const reranker: Reranker = {
  id: 'best',
  tariff: { provider: 'cohere', model: 'rerank-v3.5', mostNanoUsd: (candidates) => 10 * candidates },
  rerank: () => Promise.resolve({ scores: [], costNanoUsd: 20 }),
}
const free = { tariff: null, embed: () => Promise.resolve({ ...taken, costNanoUsd: 0 }) }

let told: TenantOperation[][]
let logged: Readonly<Record<string, unknown>>[]
let later: Promise<void>[]
/** What the object does with the next groups of operations, one each. */
let next: (readonly AdmissionDecision[] | Error)[]
beforeEach(() => {
  told = []
  logged = []
  later = []
  next = []
})

const apply: TenantRpc['apply'] = async (operations) => {
  told.push([...operations])
  const answer = next.shift()
  if (answer instanceof Error) throw answer
  return [...(answer ?? operations.map((): AdmissionDecision => ({ allowed: true })))]
}

type Options = {
  readonly embedder?: Partial<Embedder>
  readonly reranker?: Partial<Reranker>
  readonly asked?: Partial<Parameters<typeof paid>[4]>
}

/** A search as the Worker runs one: embeds, then reranks. */
async function run(
  { embedder: ofEmbedder, reranker: ofReranker, asked }: Options = {},
  work: (deps: Deps) => Promise<unknown> = both,
) {
  const own: Embedder = { ...embedder, ...ofEmbedder }
  const deps = {
    tenant: () => ({ apply }),
    after: (done: Promise<void>) => void later.push(done),
    log: (event: Readonly<Record<string, unknown>>) => void logged.push(event),
    embedders: { standard: own, named: () => own, of: () => own },
    rerankers: new Map([['best', { reranker: { ...reranker, ...ofReranker }, weight: 1 }]]),
  } as unknown as Deps
  const meters = newMeters()
  const collection = { name: 'docs', retrieval: {} } as Parameters<typeof paid>[3]
  const input = {
    query: 'where',
    retrieval: { rerank: 'best', candidates: 30 },
    isRequest: false,
    ...asked,
  }
  try {
    return await paid(deps, meters, context, collection, input, () => work(metered(deps, meters)))
  } finally {
    await Promise.all(later)
  }
}

const embed = ({ embedders }: Deps) => embedders.standard.embed(['where'], 'query')
const rerank = ({ rerankers }: Deps) => rerankers.get('best')?.reranker.rerank('where', [])
const both = async (deps: Deps) => [await embed(deps), await rerank(deps)]

const line = { tenantId: 't', keyId: 'k', collection: 'docs', tier: null, level: null, configuration: null }
const embedding = {
  ...line,
  id: 'req_1-embedding',
  endpointId: 'embedder:mini',
  provider: 'openai',
  model: 'mini-embed',
}
const reranking = {
  ...line,
  id: 'req_1-reranking',
  endpointId: 'reranker:best',
  provider: 'cohere',
  model: 'rerank-v3.5',
}
const held = (intent: object, amountNanoUsd: number) => ({
  type: 'reserve',
  reservation: { intent, amountNanoUsd, tokens: null },
})
const posted = (intent: object, rest: object) => ({ type: 'settle', settlement: { ...intent, ...rest } })
const released = (requestId: string) => ({ type: 'release', requestId })
const refusal: AdmissionDecision = {
  allowed: false,
  reason: 'budget',
  keyId: null,
  period: 'day',
  remainingNanoUsd: 7,
  mayFitLater: true,
}
const allowed: AdmissionDecision = { allowed: true }

describe('a search that is paid for', () => {
  it('holds the worst case of both steps at once, and posts a line for each', async () => {
    await run()
    expect(told).toMatchObject([
      [held(embedding, 100), held(reranking, 300)],
      [
        posted(embedding, { promptTokens: 5, completionTokens: 0, costNanoUsd: 50, outcome: 'completed' }),
        posted(reranking, { promptTokens: 0, costNanoUsd: 20, estimated: false }),
      ],
    ])
  })

  it('asks nobody where nothing costs anything', async () => {
    await run({ embedder: free, reranker: { tariff: null } })
    await run({ embedder: free, asked: { retrieval: { rerank: null } } })
    expect(told).toEqual([])
  })

  it('asks for the step alone that costs something', async () => {
    await run({ embedder: free })
    expect(told).toMatchObject([[held(reranking, 300)], [posted(reranking, {})]])
  })

  it('holds what a model made of the question, and the passage that it imagined', async () => {
    const rewriting = { standalone: 'where is it', queries: ['place', 'spot'], passage: 'It is there.' }
    await run({ asked: { rewriting } })
    expect(told[0]).toMatchObject([held(embedding, 400), {}])
  })

  it('is one line however many calls a step takes', async () => {
    await run({ asked: { retrieval: {} } }, async (deps) => [await embed(deps), await embed(deps)])
    expect(told[1]).toMatchObject([posted(embedding, { promptTokens: 10, costNanoUsd: 100 })])
  })

  it('says so where tokens were counted here', async () => {
    const estimated = { ...taken, isEstimated: true }
    await run({ embedder: { embed: () => Promise.resolve(estimated) } })
    expect(told[1]).toMatchObject([posted(embedding, { estimated: true }), {}])
  })

  it('gives back what was not needed', async () => {
    await run({}, embed)
    expect(told[1]).toMatchObject([posted(embedding, {}), released('req_1-reranking')])
  })
})

describe('a budget that cannot cover the worst case', () => {
  it.each([
    ['the first step', [refusal, allowed], 100],
    ['the second step', [allowed, refusal], 300],
  ])('refuses %s before anything is asked, and holds nothing', async (_, decisions, neededNanoUsd) => {
    next.push(decisions)
    let hasRun = false
    const refused = run({}, () => {
      hasRun = true
      return Promise.resolve()
    })
    await expect(refused).rejects.toMatchObject({
      code: 'budget_exhausted',
      details: { keyId: null, period: 'day', remainingNanoUsd: 7, neededNanoUsd, mayFitLater: true },
    })
    expect(hasRun).toBe(false)
    expect(told[1]).toEqual([released('req_1-embedding'), released('req_1-reranking')])
  })
})

describe('a search after which nothing is generated', () => {
  it('is one request to rate limits, however many steps cost something, and has no tokens', async () => {
    await run({ asked: { isRequest: true } })
    expect(told[0]).toMatchObject([
      { reservation: { intent: embedding, tokens: 0 } },
      { reservation: { intent: reranking, tokens: null } },
    ])
    await run({ embedder: free, asked: { isRequest: true } })
    expect(told[2]).toMatchObject([{ reservation: { intent: reranking, tokens: 0 } }])
  })

  it.each([
    ['rate_limited', 900, 'is reached'],
    ['invalid_request', null, 'can never pass'],
  ])('fails with %s before anything is asked where it meets a limit', async (code, retryAfterMs, words) => {
    const limit = { keyId: 'k', reason: 'requests', limit: 1 } as const
    next.push([{ allowed: false, ...limit, retryAfterMs }, allowed])
    const meets = run({ asked: { isRequest: true } }, () => expect.fail('it was run'))
    const message = expect.stringContaining(words) as string
    await expect(meets).rejects.toMatchObject({ code, message, details: limit })
    expect(told[1]).toEqual([released('req_1-embedding'), released('req_1-reranking')])
  })
})

describe('a search that fails', () => {
  it('posts what it had taken', async () => {
    const failing = run({}, async (deps) => {
      await embed(deps)
      throw new AppError('internal', 'The index is gone')
    })
    await expect(failing).rejects.toThrow('The index is gone')
    expect(told[1]).toMatchObject([posted(embedding, { costNanoUsd: 50 }), released('req_1-reranking')])
  })

  it('posts what an embedder was paid before it failed', async () => {
    const details = { spent: { tokens: 3, costNanoUsd: 30 } }
    const error = new AppError('upstream_rejected', 'No', { details })
    await expect(run({ embedder: { embed: () => Promise.reject(error) } })).rejects.toBe(error)
    const partial = { promptTokens: 3, costNanoUsd: 30, outcome: 'failed' }
    expect(told[1]).toMatchObject([posted(embedding, partial), {}])
  })

  it('waits for a call that was too late for its caller', async () => {
    const slow = Promise.withResolvers<Embedding>()
    await run({ embedder: { embed: () => slow.promise } }, (deps) => {
      void embed(deps)
      setTimeout(() => slow.resolve(taken), 20)
      return Promise.resolve()
    })
    expect(told[1]).toMatchObject([posted(embedding, { costNanoUsd: 50 }), {}])
  })
})

describe('an object that does not answer', () => {
  const away = new Error('The object moved')

  it('fails the search before anything is spent, and is told to hold nothing', async () => {
    next.push(away)
    await expect(run()).rejects.toBe(away)
    expect(told[1]).toEqual([released('req_1-embedding'), released('req_1-reranking')])
  })

  it('is told again of what was spent, three times in all, and the search is answered', async () => {
    next.push([allowed, allowed], away, away)
    await run()
    expect(told).toHaveLength(4)
    expect(told[3]).toEqual(told[1])
    expect(logged).toMatchObject([1, 2].map((attempt) => ({ event: 'retrieval_not_settled', attempt })))
    next.push([allowed, allowed], away, away, away)
    await run()
    expect(told).toHaveLength(8)
  })
})
