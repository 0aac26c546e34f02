import { beforeAll, expect, it } from 'vitest'
import { type Caller, newEndpoint, newTenant, putLive, send } from './platform.ts'

let caller: Caller
beforeAll(async () => {
  caller = await newTenant()
  await putLive(caller, 'rules', 'leave.md', {
    text: 'Everyone has 30 days of leave a year. Trains are booked by the office.',
  })
  await putLive(caller, 'two', 'old.md', { text: 'Everyone has 25 days of leave a year.' })
  await putLive(caller, 'two', 'new.md', { text: 'Everyone has 30 days of leave a year.' })
})

const ask = async (collection: string, question: string, more = {}) =>
  (await send(caller, 'POST', '/v1/query', { question, collection, ...more })).body

// No model may serve this tenant's questions here: the sources are quoted, or it is said why not.
it.each([
  ['rules', 'Who painted the ceiling of the Sistine Chapel?', 'no_evidence', 'No passage'],
  [
    'rules',
    'Who books trains at the office on Sundays in winter?',
    'insufficient',
    'do not say what is asked',
  ],
  ['two', 'How many days of leave does everyone have?', 'conflicting', '25 days'],
  ['rules', 'When does it start?', 'underspecified', '"it"'],
])(
  'in %s "%s" is met with "%s", and the reader is told why',
  async (collection, question, abstention, told) => {
    const requirements = { levels: ['on_premises'], tier: 'xl' }
    const said = await ask(collection, question, { requirements })
    expect(said).toMatchObject({ outcome: 'abstained', abstention, claims: [] })
    expect(said).toMatchObject({ answer: expect.stringContaining(told) as string })
  },
)

it('a model that cites a passage is believed against the judgement of its words', async () => {
  const { place } = await newEndpoint({ answer: 'The office books trains [1].' })
  const requirements = { tier: 's', residency: [place] }
  const said = await ask('rules', 'Who books trains at the office on Sundays in winter?', { requirements })
  expect(said).toMatchObject({ outcome: 'answered', degraded: false })
})

it('a model that declines has abstained, though the passages have all words of the question', async () => {
  const { place } = await newEndpoint({ answer: 'The sources do not contain the answer.' })
  const requirements = { tier: 's', residency: [place] }
  const said = await ask('rules', 'How many days of leave does everyone have?', { requirements })
  expect(said).toMatchObject({
    outcome: 'abstained',
    abstention: 'insufficient',
    reason: 'the model says that the sources do not answer it',
    answer: 'The sources do not contain the answer.',
  })
})

it('a model that declines in words of its own has abstained', async () => {
  const { place } = await newEndpoint({ answer: 'The sources do not say.' })
  const requirements = { tier: 's', residency: [place] }
  const said = await ask('rules', 'Who books trains at the office on Sundays in winter?', { requirements })
  expect(said).toMatchObject({
    outcome: 'abstained',
    abstention: 'insufficient',
    answer: 'The sources do not say.',
  })
})
