import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cohereEmbedder } from '../../../shared/adapters/embedders/cohere.ts'
import { embedderContract } from '../../contract/embedder.ts'
import { type EmbeddingDouble, startEmbeddings } from '../../doubles/embeddings.ts'
import { remoteOptions } from './remote.ts'

let double: EmbeddingDouble
beforeAll(async () => {
  double = await startEmbeddings('cohere')
})
afterAll(() => double.close())

describe('Embedder contract: shared/adapters/embedders/cohere.ts', () => {
  embedderContract(() => cohereEmbedder(remoteOptions(double.url)))
})

it('asks Cohere for as many dimensions as wanted, but not models that have only one size', async () => {
  const sent = async (model: string) => {
    await cohereEmbedder(remoteOptions(double.url, { model })).embed(['pilot'], 'document')
    return JSON.parse(double.requests.at(-1)?.body ?? '') as unknown
  }
  const common = { texts: ['pilot'], input_type: 'search_document', embedding_types: ['float'] }
  expect(await sent('embed-v4.0')).toEqual({ ...common, model: 'embed-v4.0', output_dimension: 256 })
  expect(await sent('embed-english-v3.0')).toEqual({ ...common, model: 'embed-english-v3.0' })
})
