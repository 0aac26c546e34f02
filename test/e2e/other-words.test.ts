import { beforeAll, expect, it } from 'vitest'
import { putCollectionRoute } from '../../shared/api/collections.ts'
import { type Caller, newEndpoint, newTenant, putLive, send } from './platform.ts'

let caller: Caller
beforeAll(async () => {
  caller = await newTenant()
  await putLive(caller, 'rules', 'pto.md', { text: 'Paid time off accrues at two days a month.' })
  await putLive(caller, 'rules', 'berths.md', {
    text: 'Berths in the small basins cost nine euros. Berths in the larger basins cost fifteen euros.',
  })
  await putLive(caller, 'rules', 'cranes.md', { text: 'The larger ones stand at the north quay.' })
  await putLive(caller, 'rules', 'café.md', { text: 'Das Café in Zürich öffnet um acht Uhr.' })
  const synonyms = [['pto', 'paid time off', 'vacation', 'holiday']]
  await caller.call(putCollectionRoute, { params: { collection: 'rules' }, body: { synonyms } })
})

// No model may serve these questions: the sources are quoted, or nothing is said.
const quote = async (question: string, more = {}) => {
  const requirements = { levels: ['on_premises'], tier: 'xl' }
  const body = { question, collection: 'rules', requirements, ...more }
  return (await send(caller, 'POST', '/v1/query', body)).body
}
const quoted = (text: string) => ({ outcome: 'answered', answer: expect.stringContaining(text) as string })

it('what is found by a synonym of the collection is also quoted', async () => {
  expect(await quote('How many vacation days do I get?')).toMatchObject(quoted('two days a month'))
  expect(await quote('How many trophies do I get?')).toMatchObject({ abstention: 'no_evidence' })
})

it('a follow-up is searched, judged and quoted with the question that it goes on with', async () => {
  const conversation = [
    { role: 'user', content: 'How much do berths in the small basins cost?' },
    { role: 'assistant', content: 'Nine euros.' },
  ]
  const { answer } = (await quote('And in the larger ones?', { conversation })) as { answer: string }
  expect(answer).toContain('Berths in the larger basins cost fifteen euros.')
  expect(answer).not.toContain('quay')
})

it('a question is understood however its letters are encoded, and without their accents', async () => {
  const question = 'Wann öffnet das Café in Zürich?'
  for (const form of [
    question,
    question.normalize('NFD'),
    'Wann offnet das Cafe in Zurich?',
    'Ｃａｆé Ｚürich',
  ])
    expect(await quote(form)).toMatchObject(quoted('acht Uhr'))
})

it('evidence is judged by the question as a model made it stand alone', async () => {
  const { place } = await newEndpoint({ answer: '{"standalone": "How much paid time off accrues a month?"}' })
  const retrieval = { topK: 1, rewrite: ['condense'] }
  const requirements = { tier: 's', residency: [place] }
  const conversation = [{ role: 'user', content: 'Tell me of the rules for people on leave.' }]
  const question = 'Which figure do they put into contracts for it?'
  const said = await quote(question, { conversation, requirements, retrieval })
  expect(said).toMatchObject({ rewriting: { failure: null }, sources: [{ documentId: 'pto.md' }] })
  // The same text for an answer cites nothing. Where nothing was to be found that would be an abstention.
  expect(said).toMatchObject({ outcome: 'answered' })
})
