import { beforeEach, describe, expect, it, vi } from 'vitest'
import { PLAN_POLICIES } from '../../../shared/domain/routing/policy.ts'
import { prepareFleet } from '../../../shared/domain/routing/prepare.ts'
import { DEFAULT_TEMPLATE } from '../../../shared/domain/template.ts'
import { type Ask, type AskDeps, ask } from '../../../workers/router/ask.ts'
import { sourcesOf } from '../../domain/grounding/sources.ts'
import { job, platform } from './dispatch-platform.ts'

let nowMs = 0
beforeEach(() => {
  nowMs = 1_000
})

const FOUND = {
  asked: { text: 'How much?', synonyms: [] },
  sources: sourcesOf('The fee is 420 euros.'),
  labels: [],
  messages: [{ role: 'user', content: 'How much?' }],
  promptTokens: 9,
  assessment: { outcome: 'answerable' },
}

/** A platform without models, whose passages are quoted; looking for a template takes 700 ms. */
function deps(retrieve = vi.fn(async () => FOUND)) {
  const { deps: dispatching, told } = platform({})
  const asking = {
    ...dispatching,
    now: () => nowMs,
    rag: { retrieve },
    classify: () => ({ complexity: 0, confidence: 1, features: [] }),
    policies: { policyFor: async () => ({ name: 'pro', policy: PLAN_POLICIES.pro }) },
    registry: {
      fleet: async () => prepareFleet([], new Map(), { of: () => [], caughtUp() {} } as never, nowMs),
      started() {},
      ended() {},
    },
    templates: {
      templateFor: async () => {
        nowMs += 700
        return DEFAULT_TEMPLATE
      },
    },
  } as unknown as AskDeps
  return { asking, told, retrieve }
}

const call = (more: Partial<Ask> = {}): Ask => ({
  ...job([]),
  isBeside: false,
  question: 'How much?',
  conversation: [],
  collection: 'fees',
  messages: [],
  retrieval: undefined,
  format: 'text',
  template: 'qa',
  requirements: {},
  rewriting: { techniques: ['condense'], maxCostUsd: 1 },
  judging: null,
  labels: [],
  model: null,
  maxTokens: null,
  parameters: {},
  stream: false,
  place: null,
  ...more,
})

describe('the time of a question', () => {
  it('begins before it is reworded, so that what is left of maxLatencyMs is left for the answer', async () => {
    const { asking } = deps()
    const asked = await ask(asking, call({ requirements: { maxLatencyMs: 2_500 } }))
    expect(asked.rewritten).toMatchObject({ failure: expect.any(String) as string })
    expect(asked).toMatchObject({ startedMs: 1_000, retrievalMs: 700, request: { totalMs: 2_500 - 2 * 700 } })
  })
})

describe('a client that has left', () => {
  it('before the search is not searched for', async () => {
    const { asking, told, retrieve } = deps()
    const asked = ask(asking, call({ clientSignal: AbortSignal.abort() }))
    await expect(asked).rejects.toThrow('The client left')
    expect(retrieve).not.toHaveBeenCalled()
    expect(told).toEqual([])
  })

  it('during the search is not answered', async () => {
    const leaving = new AbortController()
    const retrieve = vi.fn(async () => {
      leaving.abort()
      return FOUND
    })
    const { asking, told } = deps(retrieve)
    await expect(ask(asking, call({ clientSignal: leaving.signal }))).rejects.toThrow('The client left')
    expect(retrieve).toHaveBeenCalledOnce()
    expect(told).toEqual([])
  })
})
