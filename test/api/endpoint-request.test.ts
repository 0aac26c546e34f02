import { describe, expect, it } from 'vitest'
import { endpointPatch, endpointRequest } from '../../shared/api/endpoint-request.ts'

const given = { url: 'https://gpu.example/v1', model: 'm', tier: 'm', price: {} }
const auth = { type: 'bearer', secretName: 'ORIGIN_KEY' }
const fieldsOf = (body: object) =>
  endpointRequest.safeParse({ ...given, ...body }).error?.issues.map(({ path }) => path.join('.')) ?? []

describe('a registration', () => {
  it('takes what is left out as its default', () => {
    expect(endpointRequest.parse(given)).toMatchObject({
      ...given,
      kind: 'openai-compatible',
      price: { inputUsdPerMTok: 0, outputUsdPerMTok: 0, gpuUsdPerHour: 0 },
      auth: { type: 'none' },
    })
  })

  it.each<[string, string[], object]>([
    ['one kind without its token', ['auth'], { kind: 'runpod' }],
    [
      'other headers for a kind that has a token',
      ['auth'],
      { kind: 'replicate', model: 'o/m', auth: { type: 'headers', secretNames: { Key: 'ORIGIN_KEY' } } },
    ],
    [
      'the queue of RunPod at its OpenAI route',
      ['kind'],
      { kind: 'runpod', url: 'https://h.example/openai/v1', auth },
    ],
    ['a model that Replicate cannot have', ['model'], { kind: 'replicate', model: 'llama', auth }],
    [
      'a certificate without TLS',
      ['mtlsBinding'],
      { url: 'http://10.0.0.1/v1', mtlsBinding: 'ORIGIN_CERTIFICATE' },
    ],
    ['a cell of another tier', ['configuration'], { configuration: 's.a100.on_premises' }],
    ['a cell of another level', ['configuration'], { configuration: 'm.a100.serverless' }],
    ['no cell at all', ['configuration'], { configuration: 'big' }],
    [
      'a cell with a GPU that the matrix does not have',
      ['configuration'],
      { configuration: 'm.t4.on_premises' },
    ],
    [
      'a header that frames the request',
      ['auth.secretNames.Content-Length'],
      { auth: { type: 'headers', secretNames: { 'Content-Length': 'ORIGIN_KEY' } } },
    ],
    [
      "a secret of the platform's own",
      ['auth.secretName'],
      { auth: { type: 'bearer', secretName: 'KEY_PEPPER' } },
    ],
  ])('is refused for %s', (_what, fields, body) => expect(fieldsOf(body)).toEqual(fields))

  it.each<[string, object]>([
    ['a kind with its token', { kind: 'runpod', auth }],
    [
      "Modal's key and secret",
      { kind: 'modal', auth: { type: 'headers', secretNames: { 'Modal-Key': 'ORIGIN_KEY' } } },
    ],
    ['a model of Replicate', { kind: 'replicate', model: 'meta/meta-llama-3-70b-instruct', auth }],
    ['a certificate over TLS', { mtlsBinding: 'ORIGIN_CERTIFICATE' }],
    ['its own cell', { configuration: 'm.a100.on_premises' }],
    ['a health address with a query', { healthUrl: 'http://10.0.0.1/health?deep=1' }],
  ])('is taken with %s', (_what, body) => expect(fieldsOf(body)).toEqual([]))
})

describe('a change in part', () => {
  it('holds what was given and no default', () => {
    expect(endpointPatch.parse({ model: 'n' })).toEqual({ model: 'n' })
    expect(endpointPatch.parse({ price: { gpuUsdPerHour: 2 } })).toEqual({ price: { gpuUsdPerHour: 2 } })
  })
})
