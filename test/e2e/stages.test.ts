import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { putDocumentRoute } from '../../shared/api/documents.ts'
import { searchRoute } from '../../shared/api/search.ts'
import { startTei } from '../doubles/rerankers.ts'
import {
  becomesLive,
  type Caller,
  ledgerLines,
  newEndpoint,
  newTenant,
  PATIENCE,
  putLive,
  send,
} from './platform.ts'
import { stateFolder, up } from './up.ts'

describe('a question that a model rewords first', () => {
  let caller: Caller
  beforeAll(async () => {
    caller = await newTenant()
    await putLive(caller, 'notes', 'leave.md', { text: 'Everyone has 30 days of leave a year.' })
    await putLive(caller, 'notes', 'away.md', {
      text: 'Who is away from the desk for long locks the drawer.',
    })
  })
  const question = 'How long may people be away from the desk?'
  const ask = async (answer: string, retrieval: object) => {
    const { place, id } = await newEndpoint({ answer })
    const requirements = { tier: 's', residency: [place] }
    const body = { question, collection: 'notes', requirements, retrieval: { topK: 1, ...retrieval } }
    return { id, said: (await send(caller, 'POST', '/v1/query', body)).body }
  }

  it('is looked up by the new wording, and its price is a line of the ledger', async () => {
    const wording = '{"standalone": "days of leave a year"}'
    expect((await ask(wording, {})).said).toMatchObject({ sources: [{ documentId: 'away.md' }] })
    const { said, id } = await ask(wording, { rewrite: ['condense'] })
    expect(said).toMatchObject({
      sources: [{ documentId: 'leave.md' }],
      rewriting: { standalone: 'days of leave a year', endpoint: id, failure: null },
    })
    const { requestId, rewriting } = said as { requestId: string; rewriting: { costNanoUsd: number } }
    expect(rewriting.costNanoUsd).toBeGreaterThan(0)
    await vi.waitFor(() => {
      expect(ledgerLines(caller.tenantId)).toContainEqual(
        expect.objectContaining({ id: `${requestId}-rewriting`, cost_nano_usd: rewriting.costNanoUsd }),
      )
    }, PATIENCE)
  })

  it('is answered as it came when the model writes nothing usable or may not cost that much', async () => {
    const { said } = await ask('I would rather not [1].', { rewrite: ['multi_query'] })
    expect(said).toMatchObject({
      outcome: 'answered',
      rewriting: { queries: [], failure: expect.any(String) as string },
    })
    const poor = await ask('Long [1].', { rewrite: ['hyde'], maxRewriteCostUsd: 0 })
    expect(poor.said).toMatchObject({ outcome: 'answered', rewriting: { endpoint: null, costNanoUsd: 0 } })
  })
})

it('a reranker of the platform orders hits, and is done without when it fails', async () => {
  const tei = await startTei('secret')
  onTestFinished(tei.close)
  vi.stubEnv('ORIGIN_TEI', 'secret')
  const auth = { type: 'bearer', secretName: 'ORIGIN_TEI' }
  vi.stubEnv('RERANKERS', JSON.stringify([{ id: 'tei', kind: 'tei', url: tei.url, auth }]))
  onTestFinished(() => void vi.unstubAllEnvs())
  const { client } = await up(await stateFolder())
  for (const id of ['a', 'b']) {
    const body = { text: `The pilot boards ship ${id} two miles off the mole.` }
    await client.call(putDocumentRoute, { params: { collection: 'docs', id }, body })
    await becomesLive(client, 'docs', id)
  }
  const search = () =>
    client.call(searchRoute, {
      body: { query: 'ship b pilot', collection: 'docs', rerank: 'tei' },
    })
  const found = await search()
  expect(found.rerank).toEqual({ id: 'tei', degraded: null })
  expect(found.hits.map(({ documentId }) => documentId)).toEqual(['b', 'a'])
  expect(found.hits[0]?.legs.rerank).toBe(1)
  expect(tei.requests.length).toBeGreaterThan(0)
  await tei.close()
  const without = await search()
  expect(without.rerank?.degraded).toContain('reranker tei:')
  expect(without.hits).toHaveLength(2)
}, 120_000)
