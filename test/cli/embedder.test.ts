import { describe, expect, it, onTestFinished } from 'vitest'
import { listen } from '../../cli/fleet/http.ts'
import { describeEmbedder, parseEmbedder } from '../../cli/lib/embedder.ts'
import { EXIT } from '../../cli/lib/failure.ts'
import { startEmbeddings } from '../doubles/embeddings.ts'
import { sendReply } from '../doubles/gate.ts'

const neverAsked = () => Promise.reject(new Error('nobody should be asked'))

describe('--embedder', () => {
  it('takes an address, and a model after a comma', () => {
    expect(parseEmbedder('http://h:1/v1/')).toEqual({ url: 'http://h:1/v1' })
    expect(parseEmbedder('http://h:1/v1, m')).toEqual({ url: 'http://h:1/v1', model: 'm' })
    for (const value of ['', 'h:1', 'http://h/v1,m,more'])
      expect(() => parseEmbedder(value)).toThrow(expect.objectContaining({ exitCode: EXIT.usage }))
  })

  it('learns model and dimensions from the server', async () => {
    const { url, close } = await startEmbeddings('openai', { dimensions: 64, model: 'org/All MiniLM-L6' })
    onTestFinished(close)
    expect(await describeEmbedder({ url }, neverAsked)).toEqual({
      id: 'all-minilm-l6',
      kind: 'openai-compatible',
      url,
      model: 'org/All MiniLM-L6',
      dimensions: 64,
    })
  })

  it.each([
    ['nomic-ai/nomic-embed-text-v1.5', 'search_query: ', 'search_document: '],
    ['intfloat/multilingual-e5-large', 'query: ', 'passage: '],
    ['intfloat/e5-large-v2', 'query: ', 'passage: '],
    ['intfloat/multilingual-e5-large-instruct', undefined, undefined],
    ['all-MiniLM-L6-v2', undefined, undefined],
  ])('gives %s the words that it was trained with', async (model, queryPrefix, documentPrefix) => {
    const { url, close } = await startEmbeddings('openai', { model })
    onTestFinished(close)
    const { queryPrefix: query, documentPrefix: document } = await describeEmbedder({ url }, neverAsked)
    expect([query, document]).toEqual([queryPrefix, documentPrefix])
  })

  it('says that nothing answers, that a token is wanted, and that there are no embeddings', async () => {
    const { url, replies, close } = await startEmbeddings('openai')
    replies.push({ status: 401, body: {} }, { status: 404, body: {} })
    const failure = (rest: object) => expect.objectContaining(rest) as Error
    await expect(describeEmbedder({ url }, neverAsked)).rejects.toThrow(failure({ exitCode: EXIT.refused }))
    await expect(describeEmbedder({ url, model: 'other' }, neverAsked)).rejects.toThrow(
      'embeds nothing with the model "other"; it has double',
    )
    await close()
    await expect(describeEmbedder({ url }, neverAsked)).rejects.toThrow(
      failure({ exitCode: EXIT.unreachable }),
    )
    const bare = await listen(0, async ({ response }) => sendReply(response, { status: 404, body: {} }))
    onTestFinished(bare.close)
    await expect(describeEmbedder({ url: bare.url }, neverAsked)).rejects.toThrow('lists no models')
  })
})
