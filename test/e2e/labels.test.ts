import { expect, it } from 'vitest'
import { putCollectionRoute } from '../../shared/api/collections.ts'
import { newEndpoint, newTenant, putLive, send } from './platform.ts'

it('an endpoint is shown only what it is cleared for, and a label of the collection holds at once', async () => {
  const caller = await newTenant()
  await putLive(caller, 'notes', 'salaries.md', { text: 'Ada earns 90,000 a year.', labels: ['pii'] })
  const open = await newEndpoint()
  const cleared = await newEndpoint({ place: open.place, endpoint: { clearance: ['pii'] } })
  const requirements = { residency: [open.place], allowDegraded: false }
  const body = { question: 'How much does Ada earn?', collection: 'notes', requirements }
  const ask = () => send(caller, 'POST', '/v1/query', body)

  expect(await ask()).toMatchObject({
    status: 200,
    body: { route: { endpoint: cleared.id }, sources: [{ labels: ['pii'] }] },
  })
  await caller.call(putCollectionRoute, { params: { collection: 'notes' }, body: { labels: ['secret'] } })
  expect(await ask()).toMatchObject({ status: 503, body: { error: { code: 'no_endpoint' } } })
  expect(open.origin.requests).toHaveLength(0)
  expect(cleared.origin.requests).toHaveLength(1)
  expect(await send(caller, 'POST', '/v1/search', { query: 'Ada', collection: 'notes' })).toMatchObject({
    status: 200,
    body: { hits: [{ labels: ['secret', 'pii'] }] },
  })
})
