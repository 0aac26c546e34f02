import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { workersAiEmbedder } from '../../../shared/adapters/embedders/workers-ai.ts'
import { embedderContract } from '../../contract/embedder.ts'
import { builtIn, type EmbeddingDouble, startEmbeddings } from '../../doubles/embeddings.ts'
import { remoteOptions } from './remote.ts'

const model = '@cf/baai/bge-small-en-v1.5'
let double: EmbeddingDouble
beforeAll(async () => {
  double = await startEmbeddings('workers-ai')
})
afterAll(() => double.close())

describe('Embedder contract: shared/adapters/embedders/workers-ai.ts', () => {
  embedderContract(() => workersAiEmbedder(remoteOptions(double.url, { model })))
})

it('estimates what Workers AI does not count', async () => {
  const { tokens } = await workersAiEmbedder(remoteOptions(double.url, { model })).embed(
    ['the pilot'],
    'query',
  )
  expect(JSON.parse(double.requests.at(-1)?.body ?? '')).toEqual({ text: ['the pilot'] })
  expect(tokens).toBe(builtIn.count('the pilot'))
})
