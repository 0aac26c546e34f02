import { describe, expect, it, onTestFinished } from 'vitest'
import { type EmbedderEntry, embeddersFrom } from '../../../shared/registry/embedders.ts'
import { builtIn, startEmbeddings } from '../../doubles/embeddings.ts'

const entry = (rest: object = {}): EmbedderEntry => ({
  id: 'minilm',
  kind: 'openai-compatible',
  url: 'http://127.0.0.1:1/v1',
  model: 'all-MiniLM-L6-v2',
  dimensions: 384,
  ...rest,
})
const from = (list: unknown, standard?: string, secrets: Readonly<Record<string, string>> = {}) =>
  embeddersFrom({ list: JSON.stringify(list), standard }, builtIn, (name) => secrets[name])

describe('the embedders of a platform', () => {
  it('are the built-in one when nothing else is said', () => {
    const embedders = embeddersFrom({ list: undefined, standard: undefined }, builtIn, () => undefined)
    expect(embedders.standard.id).toBe('edge-static')
    expect(embedders.named('edge-static').denseShare).toBe(0.4)
  })

  it('are told apart by name, model, dimensions and what is put before documents', () => {
    const embedders = from([entry(), entry({ id: 'nomic', documentPrefix: 'search_document: ' })], 'minilm')
    expect(embedders.standard).toMatchObject({
      id: 'minilm:all-MiniLM-L6-v2:384',
      dimensions: 384,
      denseShare: 0.6,
      feedbackShare: 0.25,
    })
    expect(embedders.named('nomic').id).toBe('nomic:all-MiniLM-L6-v2:384:search_document:')
    expect(embedders.named('minilm:all-MiniLM-L6-v2:384')).toBe(embedders.standard)
  })

  it('are listed to whom names another', () => {
    expect(() => from([entry()]).named('ada')).toThrow(
      expect.objectContaining({
        code: 'invalid_request',
        message: 'embedder: there is no "ada"; this platform has "edge-static", "minilm"',
      }),
    )
  })

  it('never mix their vectors with those of another model or size', () => {
    const made = { name: 'docs', embedder: from([entry()]).named('minilm').id }
    expect(from([entry()]).of(made).id).toBe(made.embedder)
    for (const changed of [
      entry({ dimensions: 256 }),
      entry({ model: 'other' }),
      entry({ documentPrefix: 'p: ' }),
    ])
      expect(() => from([changed]).of(made)).toThrow(
        expect.objectContaining({
          code: 'conflict',
          message: expect.stringContaining('"minilm" is now') as string,
        }),
      )
    expect(() => from([]).of(made)).toThrow('this platform has "edge-static"')
  })

  it.each([
    ['no list', {}, 'EMBEDDERS: '],
    ['a kind that there is not', [entry({ kind: 'magic' })], 'EMBEDDERS: 0.kind: '],
    ['no address', [entry({ url: 'localhost' })], 'EMBEDDERS: 0.url: '],
    ['a name with a colon', [entry({ id: 'a:b' })], 'EMBEDDERS: 0.id: has small letters'],
    [
      'the name of the built-in one',
      [entry({ id: 'edge-static' })],
      'EMBEDDERS: 0.id: "edge-static" is the built-in',
    ],
    ['two of one name', [entry(), entry()], 'EMBEDDERS: two have the same id'],
    [
      'a secret that is not theirs',
      [entry({ auth: { type: 'bearer', secretName: 'KEY_PEPPER' } })],
      'secretName',
    ],
  ])('are refused with %s, by the field', (_, list, message) => {
    expect(() => from(list)).toThrow(message)
  })

  it('are refused with a default that there is not', () => {
    expect(() => from([entry()], 'ada')).toThrow('DEFAULT_EMBEDDER: there is no "ada"')
  })
})

describe.each(['openai-compatible', 'openai', 'voyage', 'cohere', 'workers-ai'] as const)(
  'the kind %s',
  (kind) => {
    it('speaks to its API with the secret that it names, and says which one is not set', async () => {
      const vendor = kind === 'openai-compatible' ? 'openai' : kind
      const double = await startEmbeddings(vendor, { apiKey: 'secret' })
      onTestFinished(double.close)
      const auth = { type: 'bearer', secretName: 'ORIGIN_KEY' }
      const list = [
        entry({ kind, url: double.url, model: '@cf/baai/bge-small-en-v1.5', dimensions: 256, auth }),
      ]
      const { vectors } = await from(list, 'minilm', { ORIGIN_KEY: 'secret' }).standard.embed(
        ['a pilot'],
        'query',
      )
      expect(vectors[0]).toHaveLength(256)
      const embed = (secrets: Readonly<Record<string, string>>) =>
        from(list, 'minilm', secrets).standard.embed(['a pilot'], 'query')
      await expect(embed({})).rejects.toThrow('The Worker secret ORIGIN_KEY is not set')
      await expect(embed({ ORIGIN_KEY: 'wrong' })).rejects.toMatchObject({ code: 'upstream_rejected' })
    })
  },
)
