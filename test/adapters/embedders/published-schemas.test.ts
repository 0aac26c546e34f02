import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { cohereEmbedder } from '../../../shared/adapters/embedders/cohere.ts'
import { openaiCompatibleEmbedder } from '../../../shared/adapters/embedders/openai-compatible.ts'
import type { Embedder } from '../../../shared/ports/embedder.ts'
import { startEmbeddings } from '../../doubles/embeddings.ts'
import { published, publishedJson, publishedRequest } from '../../doubles/published.ts'
import { remoteOptions } from './remote.ts'

const folder = resolve(process.env['FAIRLEAD_DATA'] ?? '../shared/data', 'openapi')
const read = (name: string) =>
  existsSync(resolve(folder, name)) ? readFileSync(resolve(folder, name), 'utf8') : ''

/** One request as an embedder sends it, and the double's answer to it. */
async function exchange(vendor: 'openai' | 'cohere', create: (url: string) => Embedder) {
  const { url, requests, close } = await startEmbeddings(vendor)
  onTestFinished(close)
  await create(url).embed(['the pilot boards', 'ships'], 'document')
  const [request] = requests
  const { pathname } = new URL(request?.path ?? '', url)
  const sent = request?.body ?? ''
  const response = await fetch(new URL(pathname, url), { method: 'POST', body: sent })
  return { sent: JSON.parse(sent) as object, answered: await response.json<object>() }
}
const openai = (sendsDimensions: boolean) =>
  exchange('openai', (url) => openaiCompatibleEmbedder({ ...remoteOptions(url), sendsDimensions }))

// The descriptions are public data beside the project, not part of it: without them these tests are skipped, and reported as skipped.
describe.skipIf(!existsSync(folder))('the published schemas of embedding APIs', () => {
  it('of OpenAI: describe what is sent and what the double answers', async () => {
    const document = read('openai.yaml')
    const request = published(document, 'CreateEmbeddingRequest')
    for (const sendsDimensions of [true, false]) {
      const { sent, answered } = await openai(sendsDimensions)
      expect(z.safeParse(request, sent).error).toBeUndefined()
      expect(published(document, 'CreateEmbeddingResponse').safeParse(answered).error).toBeUndefined()
    }
    expect(request.safeParse({ model: 'm', input: 1 }).success).toBe(false)
  })

  it('of Text Embeddings Inference: describe the same', async () => {
    const document = read('text-embeddings-inference.json')
    const { sent, answered } = await openai(false)
    const request = publishedJson(document, 'OpenAICompatRequest')
    expect(request.safeParse(sent).error).toBeUndefined()
    expect(request.safeParse({ input: {} }).success).toBe(false)
    expect(publishedJson(document, 'OpenAICompatResponse').safeParse(answered).error).toBeUndefined()
  })

  it('of Cohere: describe what is sent and what the double answers', async () => {
    const document = read('cohere.yaml')
    const { sent, answered } = await exchange('cohere', (url) => cohereEmbedder(remoteOptions(url)))
    const request = publishedRequest(document, '/v2/embed')
    expect(request.safeParse(sent).error).toBeUndefined()
    expect(request.safeParse({ ...sent, input_type: 'document' }).success).toBe(false)
    expect(published(document, 'EmbedByTypeResponse').safeParse(answered).error).toBeUndefined()
  })
})
