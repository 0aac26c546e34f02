import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openaiCompatibleEmbedder } from '../../../shared/adapters/embedders/openai-compatible.ts'
import { embedderContract } from '../../contract/embedder.ts'
import { type EmbeddingDouble, startEmbeddings } from '../../doubles/embeddings.ts'
import { remoteOptions } from './remote.ts'

let double: EmbeddingDouble
beforeAll(async () => {
  double = await startEmbeddings('openai')
})
beforeEach(() => void double.requests.splice(0))
afterAll(() => double.close())
const bodies = () => double.requests.map(({ body }) => JSON.parse(body) as Record<string, unknown>)

describe('Embedder contract: shared/adapters/embedders/openai-compatible.ts', () => {
  embedderContract(() => openaiCompatibleEmbedder(remoteOptions(double.url)))
})

describe('an OpenAI-compatible embedder', () => {
  it('puts before a text what its model was trained with', async () => {
    const embedder = openaiCompatibleEmbedder(
      remoteOptions(double.url, { queryPrefix: 'search_query: ', documentPrefix: 'search_document: ' }),
    )
    await embedder.embed(['pilot'], 'query')
    await embedder.embed(['harbour'], 'document')
    expect(bodies()).toEqual([
      { model: 'double', input: ['search_query: pilot'] },
      { model: 'double', input: ['search_document: harbour'] },
    ])
  })

  it('asks for fewer dimensions only where the server knows the field', async () => {
    await openaiCompatibleEmbedder({ ...remoteOptions(double.url), sendsDimensions: true }).embed(
      ['a'],
      'query',
    )
    expect(bodies()).toEqual([{ model: 'double', input: ['a'], dimensions: 256 }])
  })
})
