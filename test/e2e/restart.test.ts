import { once } from 'node:events'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { startOrigin } from '../../cli/fleet/origin.ts'
import { apiClient, type Client } from '../../cli/lib/client.ts'
import { startPlatform } from '../../cli/platform/start.ts'
import { createKeyRoute, revokeKeyRoute } from '../../shared/api/access.ts'
import { getCollectionRoute } from '../../shared/api/collections.ts'
import { listDocumentsRoute, postDocumentsDocumented } from '../../shared/api/documents.ts'
import { getEndpointRoute, putEndpointRoute } from '../../shared/api/endpoints.ts'
import { getBudgetsRoute, putBudgetRoute, usageRoute } from '../../shared/api/money.ts'
import { searchRoute } from '../../shared/api/search.ts'
import { becomesLive, PATIENCE, putLive } from './platform.ts'
import { stateFolder, up } from './up.ts'

const collection = 'notes'

async function totalOf(caller: Client) {
  const { data } = await caller.call(getBudgetsRoute, { query: {} })
  return data.find(({ period }) => period === 'total')
}

describe('a platform that is stopped and started on the same state folder', () => {
  it('keeps documents, keys, endpoints, budgets and what was spent', async () => {
    const stateDir = await stateFolder()
    const options = { port: 0, stateDir, quiet: true, handbook: false }
    const origin = await startOrigin({ answerTokenCount: 10 })
    onTestFinished(() => origin.close())
    const price = { inputUsdPerMTok: 0, outputUsdPerMTok: 1 }
    const endpoint = { url: origin.url, model: origin.model, tier: 's' as const, price }

    const first = await startPlatform(options)
    const before = apiClient({ url: first.url, key: first.apiKey })
    const operator = apiClient({ url: first.url, key: first.adminKey })
    await operator.call(putEndpointRoute, { params: { id: 'kept' }, body: endpoint })
    const body = { tenantId: first.tenant, period: 'total' as const, limitUsd: 0.5 }
    await operator.call(putBudgetRoute, { body })
    const made = { tenantId: first.tenant, name: 'gone', scopes: ['query' as const] }
    const gone = await operator.call(createKeyRoute, { body: made })
    await operator.call(revokeKeyRoute, { params: { id: gone.id } })
    await putLive(before, collection, 'leave.md', { text: 'Everyone has 30 days of leave a year.' })
    const question = JSON.stringify({ question: 'How much leave?', collection, requirements: { tier: 's' } })
    const ask = (url: string, key: string) => {
      const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
      return fetch(`${url}/v1/query`, { method: 'POST', headers, body: question })
    }
    expect((await ask(first.url, first.apiKey)).status).toBe(200)
    const spent = { limitUsd: 0.5, postedNanoUsd: 10_000, pendingNanoUsd: 0 }
    await vi.waitFor(async () => expect(await totalOf(before)).toMatchObject(spent), PATIENCE)
    await first.stop()

    const second = await startPlatform(options)
    onTestFinished(() => second.stop())
    const after = apiClient({ url: second.url, key: second.apiKey })
    expect([second.apiKey, second.adminKey]).toEqual([first.apiKey, first.adminKey])
    const { hits } = await after.call(searchRoute, { body: { query: 'leave', collection } })
    expect(hits).toMatchObject([{ documentId: 'leave.md', version: 1 }])
    expect((await ask(second.url, gone.key)).status).toBe(401)
    const again = apiClient({ url: second.url, key: second.adminKey })
    expect(await again.call(getEndpointRoute, { params: { id: 'kept' } })).toMatchObject({
      live: { served: 1 },
    })
    expect(await totalOf(after)).toMatchObject(spent)
    await vi.waitFor(async () => {
      const usage = await after.call(usageRoute, { query: {} })
      expect(usage.total).toMatchObject({ requests: 1, costNanoUsd: 10_000 })
    }, PATIENCE)
    expect((await ask(second.url, second.apiKey)).status).toBe(200)
  })
})

const DOCUMENTS = 400
const titleOf = (index: number) => `Quokka report number${index} of the island survey`
const documents = Array.from({ length: DOCUMENTS }, (_, index) => ({
  id: `report-${index}.md`,
  mediaType: 'text/markdown',
  text: `# ${titleOf(index)}\n\n${`Station ${index} counted its animals again today. `.repeat(40)}`,
}))

const liveCount = async (client: Client) => {
  const query = { state: 'live' as const, limit: 1_000 }
  return (await client.call(listDocumentsRoute, { params: { collection }, query })).data.length
}

describe('a platform that is killed in the middle of indexing', () => {
  it('finishes after the next start, with nothing lost and nothing doubled', async () => {
    const stateDir = await stateFolder()
    const first = await up(stateDir)
    for (let from = 0; from < DOCUMENTS; from += 100) {
      const body = { documents: documents.slice(from, from + 100) }
      await first.client.call(postDocumentsDocumented, { params: { collection }, body })
    }
    await vi.waitFor(async () => expect(await liveCount(first.client)).toBeGreaterThan(0), PATIENCE)
    const before = await liveCount(first.client)
    first.child.kill('SIGKILL')
    await once(first.child, 'exit')
    expect(before).toBeLessThan(DOCUMENTS)
    await vi.waitFor(() => expect(fetch(first.client.url)).rejects.toThrow('fetch failed'), PATIENCE)

    const { client } = await up(stateDir)
    await vi.waitFor(async () => expect(await liveCount(client)).toBe(DOCUMENTS), {
      ...PATIENCE,
      timeout: 90_000,
    })
    await becomesLive(client, collection, 'report-0.md')
    const kept = await client.call(getCollectionRoute, { params: { collection } })
    expect(kept).toMatchObject({ documents: DOCUMENTS, chunks: DOCUMENTS })
    for (const [index, { id }] of documents.entries()) {
      const { hits } = await client.call(searchRoute, {
        body: { query: titleOf(index), collection, topK: 20 },
      })
      expect(hits[0]).toMatchObject({ documentId: id, version: 1, title: titleOf(index) })
      expect(new Set(hits.map(({ chunkId }) => chunkId)).size).toBe(hits.length)
      expect(hits.filter(({ documentId }) => documentId === id)).toHaveLength(1)
    }
  }, 180_000)
})
