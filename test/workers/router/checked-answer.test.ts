import { describe, expect, it } from 'vitest'
import { type EndpointRecord, EXTRACTIVE } from '../../../shared/domain/endpoint.ts'
import type { Source } from '../../../shared/domain/passage.ts'
import { DEFAULT_TEMPLATE } from '../../../shared/domain/template.ts'
import { AppError } from '../../../shared/errors.ts'
import type { Ask, Asked } from '../../../workers/router/ask.ts'
import { type Answering, checkedAnswer } from '../../../workers/router/checked-answer.ts'
import { wantedJudging } from '../../../workers/router/judge.ts'
import { sourcesOf } from '../../domain/grounding/sources.ts'
import { chunk } from './dispatch-platform.ts'

const FEE = 'The fee is 420 euros [1].'
const endpoint = (id: string): EndpointRecord => ({ ...EXTRACTIVE, id, kind: 'openai-compatible' })

const SOURCES = sourcesOf('The fee is 420 euros.', 'Ships over 90 m need a tug.')
type Said = {
  readonly text: string
  readonly breaks?: boolean
  readonly by?: EndpointRecord
  readonly sources?: Source[]
}

/** An answer that is about to be given, with as much of it as these functions look at. */
function answering({ text, breaks = false, by = endpoint('writer'), sources = SOURCES }: Said): Asked {
  async function* events() {
    for (const piece of text.match(/.{1,7}/gs) ?? []) yield chunk(piece)
    if (breaks) throw new AppError('upstream_unavailable', 'The model server stopped in the middle')
  }
  return {
    retrieved: { sources, labels: ['internal'], assessment: { outcome: 'answerable' } },
    session: { endpoint: by, events: events(), spend: () => ({ costNanoUsd: 7 }) },
    template: DEFAULT_TEMPLATE,
    startedMs: 0,
  } as unknown as Asked
}

/** Reads all of an answer; what the judge was asked and what was kept come along. */
async function read(answer: Said, judge: Said | AppError | null, more: Partial<Ask> = {}, nowMs = 100) {
  const asked: Ask[] = []
  const kept: Parameters<Answering['keep']>[0][] = []
  const call = {
    context: { requestId: 'req_1' },
    question: 'How much is it?',
    collection: 'fees',
    model: 'large',
    messages: [],
    requirements: { tier: 'l', residency: ['eu'] },
    judging: judge && wantedJudging({ judge: true }),
    clientSignal: new AbortController().signal,
    labels: [],
    ...more,
  } as unknown as Ask
  const { pieces, end } = checkedAnswer({
    call,
    asked: answering(answer),
    now: () => nowMs,
    keep: (said) => void kept.push(said),
    ask: async (job) => {
      asked.push(job)
      if (judge instanceof AppError || judge === null) throw judge
      return answering({ by: endpoint('judge'), ...judge })
    },
  })
  const streamed = []
  for await (const { claims } of pieces) streamed.push(...claims)
  return { ...(await end()), streamed, asked, kept }
}

describe('an answer that says that the sources do not hold what was asked', () => {
  it.each([
    'The sources do not contain the answer.',
    'Die Quellen enthalten keine Angabe dazu.',
    'The sources do not mention it [9].',
  ])('%s abstains, though its passages seemed to answer', async (text) => {
    const { outcome, kept, asked } = await read({ text }, { text: '{}' })
    const abstained = { outcome: 'abstained', abstention: 'insufficient' }
    expect(outcome).toEqual({ ...abstained, reason: 'the model says that the sources do not answer it' })
    expect(kept).toMatchObject([abstained])
    expect(asked).toEqual([])
  })

  it('has answered where it cites a source, or is data that a schema describes', async () => {
    const cited = await read({ text: 'The sources do not mention penalties [1].' }, null)
    expect(cited.outcome).toEqual({ outcome: 'answered' })
    const format = { jsonSchema: { type: 'string' } }
    const data = await read({ text: 'The sources do not mention penalties.' }, null, { format })
    expect(data.outcome).toMatchObject({ outcome: 'answered', schema: { satisfied: false } })
  })
})

describe('an answer without a judge', () => {
  it('is checked by its words while it comes, and kept with its grounding', async () => {
    const { answer, sum, streamed, kept } = await read({ text: `${FEE} It is 999 euros [7].` }, null)
    expect(answer).toBe('The fee is 420 euros [1]. It is 999 euros.')
    expect(sum).toMatchObject({ removedCitations: 1, unsupported: { uncited: 1 } })
    expect(sum).not.toHaveProperty('judge')
    expect(streamed).toEqual(sum.claims)
    expect(streamed.map(({ judged }) => judged)).toEqual([null, null])
    expect(kept).toEqual([{ answer, outcome: 'answered', grounding: sum.grounding }])
    expect(sum.grounding).toBeCloseTo(25 / 41)
  })

  it('that never comes is an abstention with a text of ours', async () => {
    const { answer, outcome, sum, kept } = await read({ text: ' ' }, { text: '{}' })
    expect(answer).toContain('No passage')
    expect(outcome).toMatchObject({ outcome: 'abstained', abstention: 'no_evidence' })
    expect(sum).toMatchObject({ claims: [], grounding: 0, judge: { endpoint: null, failure: null } })
    expect(kept).toMatchObject([{ answer, outcome: 'abstained' }])
  })
})

describe('an answer in JSON', () => {
  const format = { jsonSchema: { type: 'object', properties: { fee: { type: 'integer' } } } }

  it('is kept whole, and checked by its strings and its schema', async () => {
    const text = '```json\n{"fee": "420", "codes": [90, 140], "why": "The fee is 420 euros [1]. Or [9]"}\n```'
    const { answer, outcome, sum, streamed, kept } = await read({ text }, null, { format })
    expect(answer).toBe('{"fee": "420", "codes": [90, 140], "why": "The fee is 420 euros [1]. Or"}')
    expect(outcome).toEqual({
      outcome: 'answered',
      schema: { satisfied: false, errors: [{ path: '/fee', message: expect.any(String) as string }] },
    })
    expect(sum).toMatchObject({ removedCitations: 1, unsupported: { uncited: 2 } })
    const said = streamed.map(({ start, end, supported }) => [answer.slice(start, end), supported])
    expect(said).toEqual([
      ['420', false],
      ['The fee is 420 euros [1].', true],
      ['Or', false],
    ])
    expect(kept).toMatchObject([{ answer }])
  })

  it('says nothing of a schema where nothing was said', async () => {
    expect((await read({ text: '' }, null, { format })).outcome).not.toHaveProperty('schema')
    expect((await read({ text: FEE }, null)).outcome).not.toHaveProperty('schema')
  })

  it('shows the judge the sentences of its strings', async () => {
    const { asked, sum } = await read(
      { text: `{"why": "${FEE}"}` },
      { text: '{"1": "unsupported"}' },
      { format },
    )
    expect(JSON.stringify(asked[0]?.messages)).toContain('>The fee is 420 euros.</sentence-')
    expect(sum.claims).toMatchObject([{ judged: 'unsupported', supported: false }])
  })
})

describe('a judge', () => {
  it('is asked once the answer is complete, as a line of its own with the labels of what it reads', async () => {
    const { asked, sum } = await read({ text: FEE }, { text: '{"1": "supported"}' })
    expect(asked).toMatchObject([
      {
        context: { requestId: 'req_1-judging' },
        collection: null,
        model: null,
        labels: ['internal'],
        requirements: { tier: 's', residency: ['eu'], maxCostUsd: 0.04, maxLatencyMs: 5_000 },
        judging: null,
      },
    ])
    expect(sum.judge).toEqual({ endpoint: 'judge', costUsd: 7e-9, costNanoUsd: 7, failure: null })
    expect(sum.claims).toMatchObject([{ judged: 'supported', supported: true }])
  })

  it('changes what is told and kept at the end, not what was told on the way', async () => {
    const { sum, streamed, kept } = await read({ text: FEE }, { text: '{"1": "unsupported"}' })
    expect(streamed).toMatchObject([{ supported: true, reason: null, judged: null }])
    expect(sum).toMatchObject({
      claims: [{ supported: false, reason: 'judge', judged: 'unsupported' }],
      unsupported: { judge: 1 },
      grounding: 0,
    })
    expect(kept).toMatchObject([{ grounding: 0 }])
  })

  it.each([
    ['writes no verdict', { text: 'Fine by me.' }, { endpoint: 'judge', costNanoUsd: 7 }],
    ['breaks off', { text: '{"1":', breaks: true }, { endpoint: 'judge', costNanoUsd: 7 }],
    ['cannot be had', new AppError('no_endpoint', 'No endpoint'), { endpoint: null, costNanoUsd: 0 }],
  ])('that %s leaves the claims as they are, and it is said what it cost', async (_, judge, spent) => {
    const { sum, streamed } = await read({ text: FEE }, judge)
    expect(sum.claims).toEqual(streamed)
    expect(sum.judge).toMatchObject({ ...spent, failure: expect.any(String) as string })
  })

  it.each([
    ['quoted passages', { text: FEE, by: EXTRACTIVE }],
    ['a sentence that is refuted already', { text: 'It is 999 euros [1].' }],
  ])('is not asked about %s', async (_, answer) => {
    const { asked, sum } = await read(answer, { text: '{"1": "supported"}' })
    expect(asked).toEqual([])
    expect(sum.judge).toEqual({ endpoint: null, costUsd: 0, costNanoUsd: 0, failure: null })
  })

  it('is not asked where the passages are too long for it, and that is said', async () => {
    const sources = sourcesOf('The fee is 420 euros. '.repeat(2_000))
    const { asked, sum } = await read({ text: FEE, sources }, { text: '{"1": "supported"}' })
    expect(asked).toEqual([])
    expect(sum.judge).toMatchObject({
      endpoint: null,
      failure: expect.stringContaining('too long') as string,
    })
  })

  it('has no longer than the caller waits for the whole answer, and is not asked when that is over', async () => {
    const requirements = { maxLatencyMs: 2_000, maxCostUsd: 0.001 }
    const early = await read({ text: FEE }, { text: '{}' }, { requirements }, 500)
    expect(early.asked).toMatchObject([{ requirements: { maxLatencyMs: 1_500, maxCostUsd: 0.001 } }])
    const late = await read({ text: FEE }, { text: '{}' }, { requirements }, 2_000)
    expect(late.asked).toEqual([])
    expect(late.sum.judge).toMatchObject({ failure: expect.stringContaining('maxLatencyMs') as string })
  })
})
