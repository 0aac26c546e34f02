import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { voyageEmbedder } from '../../../shared/adapters/embedders/voyage.ts'
import { embedderContract } from '../../contract/embedder.ts'
import { type EmbeddingDouble, startEmbeddings } from '../../doubles/embeddings.ts'
import { remoteOptions } from './remote.ts'

let double: EmbeddingDouble
beforeAll(async () => {
  double = await startEmbeddings('voyage')
})
afterAll(() => double.close())

describe('Embedder contract: shared/adapters/embedders/voyage.ts', () => {
  embedderContract(() => voyageEmbedder(remoteOptions(double.url)))
})

it('says to Voyage whether a text is a question or a document, and how long its vector shall be', async () => {
  await voyageEmbedder(remoteOptions(double.url)).embed(['pilot'], 'query')
  expect(JSON.parse(double.requests.at(-1)?.body ?? '')).toEqual({
    model: 'double',
    input: ['pilot'],
    input_type: 'query',
    output_dimension: 256,
  })
})
