import { expect, it, onTestFinished } from 'vitest'
import type { Client } from '../../cli/lib/client.ts'
import { putCollectionRoute } from '../../shared/api/collections.ts'
import { putDocumentRoute } from '../../shared/api/documents.ts'
import { searchRoute } from '../../shared/api/search.ts'
import { startEmbeddings } from '../doubles/embeddings.ts'
import { becomesLive } from './platform.ts'
import { stateFolder, up } from './up.ts'

const params = { collection: 'docs', id: 'harbour.md' }
const search = (client: Client, collection = 'docs') =>
  client.call(searchRoute, { body: { query: 'where does the pilot board', collection } })
const put = (client: Client, text: string) => client.call(putDocumentRoute, { params, body: { text } })

// Two starts, one after the other.
it('a platform embeds new collections by the server it was started with, and refuses to mix vectors', async () => {
  const state = await stateFolder()
  const small = await startEmbeddings('openai', { model: 'mini', dimensions: 64 })
  const large = await startEmbeddings('openai', { model: 'mini', dimensions: 128 })
  onTestFinished(small.close)
  onTestFinished(large.close)
  const first = await up(state, '--embedder', small.url)
  expect(first.said()).toContain('embedder mini: mini, 64 dimensions')
  await put(first.client, 'The pilot boards ships two miles off the mole.')
  await becomesLive(first.client, 'docs', params.id)
  const made = await first.client.call(putCollectionRoute, { params, body: {} })
  expect(made.embedder).toBe('mini:mini:64')
  const asked = small.requests.length
  const { hits, usage } = await search(first.client)
  expect(hits[0]).toMatchObject({ documentId: params.id })
  expect(small.requests).toHaveLength(asked + 1)
  expect(usage).toEqual({ embeddingTokens: 5, costUsd: 0, costNanoUsd: 0 })
  await first.client.call(putCollectionRoute, {
    params: { collection: 'plain' },
    body: { embedder: 'edge-static' },
  })
  expect((await search(first.client, 'plain')).hits).toEqual([])
  expect(small.requests).toHaveLength(asked + 1)
  first.child.kill('SIGTERM')
  await new Promise((resolve) => first.child.once('exit', resolve))

  const second = await up(state, '--embedder', `${large.url},mini`)
  const changed = expect.objectContaining({
    code: 'conflict',
    message: expect.stringContaining('mini:mini:128') as string,
  }) as Error
  await expect(search(second.client)).rejects.toThrow(changed)
  await expect(put(second.client, 'The pilot stays ashore.')).rejects.toThrow(changed)
  expect((await search(second.client, 'plain')).hits).toEqual([])
}, 120_000)
