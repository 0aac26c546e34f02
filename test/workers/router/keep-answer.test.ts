import { describe, expect, it } from 'vitest'
import { DEFAULT_RETRIEVAL } from '../../../shared/domain/retrieval/settings.ts'
import { PLAN_POLICIES } from '../../../shared/domain/routing/policy.ts'
import { rankEndpoints } from '../../../shared/domain/routing/rank.ts'
import { DEFAULT_TEMPLATE } from '../../../shared/domain/template.ts'
import type { AnswerMessage } from '../../../shared/ports/services.ts'
import type { Ask, Asked } from '../../../workers/router/ask.ts'
import { answerKeeper } from '../../../workers/router/keep-answer.ts'
import { endpoint, fleet, request } from '../../domain/routing/fleet.ts'

const LONG_NAME = 'e'.repeat(60)
const numbered = (count: number) => Array.from({ length: count }, (_, i) => `${LONG_NAME}${i}`)
const MODEL = 'm'.repeat(256)
/** Bytes of a message of Cloudflare's queues. */
const MAX_MESSAGE_BYTES = 128_000

/** An answer whose names are as long as the API takes them, of a fleet of which half may not serve, and everybody was asked. */
function longest(): Asked {
  const able = numbered(60).map((id) =>
    endpoint(id, { model: MODEL, provider: LONG_NAME, region: LONG_NAME }),
  )
  const unable = numbered(60).map((id) => endpoint(`${id}x`, { contextTokens: 256 }))
  const wanted = request({ model: MODEL, maxPromptTokens: 4_000 })
  const ranking = rankEndpoints(wanted, fleet([...able, ...unable]), PLAN_POLICIES.pro)
  const attempts = ranking.ranked.flatMap((candidate) =>
    ['no_slot', 'upstream_unavailable', 'failed'].map((outcome) => ({
      endpoint: candidate.endpoint.id,
      outcome,
      durationMs: 30_000.123456789,
    })),
  )
  const source = (number: number) => ({
    number,
    documentId: `${'d'.repeat(510)}${number}`,
    version: 1_000_000,
    start: 10_000_000,
    end: 10_000_000,
    probability: 1 / 3,
  })
  return {
    request: wanted,
    ranking,
    wanted: {
      complexity: 1 / 3,
      confidence: 2 / 3,
      features: numbered(9).map((name) => ({ name, contribution: 1 / 3 })),
    },
    policy: { name: 'p'.repeat(63), policy: PLAN_POLICIES.pro },
    tierMoved: null,
    degraded: false,
    template: { ...DEFAULT_TEMPLATE, version: 7 },
    retrieved: {
      sources: Array.from({ length: 50 }, (_, i) => source(i + 1)),
      hints: { language: 'de', intent: 'procedure' },
      settings: { ...DEFAULT_RETRIEVAL, weights: { lexical: 1 / 3, dense: 2 / 3 }, topK: 50 },
    },
    session: { endpoint: ranking.ranked[0]?.endpoint, attempts },
  } as unknown as Asked
}

/** What is sent to be kept. */
async function sentFor(question: string, answer: string): Promise<AnswerMessage> {
  const sent: AnswerMessage[] = []
  const waited: Promise<unknown>[] = []
  const deps = {
    answers: { send: (message: AnswerMessage) => Promise.resolve(void sent.push(message)) },
    now: () => 1,
    log: () => {},
  }
  const call = {
    context: { requestId: 'r'.repeat(40), principal: { tenantId: 't'.repeat(64), keyId: 'k'.repeat(40) } },
    question,
    conversation: [],
    collection: 'c'.repeat(63),
    waitUntil: (work: Promise<unknown>) => void waited.push(work),
  } as unknown as Ask
  answerKeeper(deps, call, longest(), true)({ answer, outcome: 'answered', grounding: 1 })
  await Promise.all(waited)
  const [message] = sent
  if (!message) throw new Error('nothing was sent')
  return message
}

describe('an answer that is kept', () => {
  it('has the decision as the answer shows it, with the template, the settings and the hints', async () => {
    const { record } = await sentFor('How?', 'So [2].')
    expect(record.route).toMatchObject({
      complexity: 1 / 3,
      rejectedCounts: { model: 60 },
      degraded: false,
      template: { name: 'qa', version: 7, builtIn: true },
      retrieval: { fusion: 'weighted', weights: { lexical: 1 / 3, dense: 2 / 3 }, cut: null, topK: 50 },
      hints: { language: 'de', intent: 'procedure' },
    })
    const { features, candidates, rejected, attempts } = record.route
    expect([features, candidates, rejected, attempts].map((list) => list?.length)).toEqual([5, 6, 20, 18])
    expect(record.sources.slice(0, 2)).toMatchObject([
      { cited: false, probability: 1 / 3 },
      { cited: true, probability: 1 / 3 },
    ])
  })

  it('fits into a message, however long everything is', async () => {
    const message = await sentFor('ü'.repeat(16_000), '語'.repeat(20_000))
    const bytes = new TextEncoder().encode(JSON.stringify(message)).length
    expect(bytes).toBeLessThan(MAX_MESSAGE_BYTES)
  })
})
