import { beforeAll, describe, expect, it } from 'vitest'
import { ERROR_CODES } from '../../shared/errors.ts'
import { type Caller, newKey, newTenant, platform, putLive, send } from './platform.ts'

const operatorKey = { key: platform.adminKey }
let caller: Caller
beforeAll(async () => {
  caller = await newTenant()
  await putLive(caller, 'notes', 'a', { text: 'Something.' })
})

const question = { question: 'Something?', collection: 'notes' }
const endpoint = {
  url: 'http://127.0.0.1:9/v1',
  model: 'm',
  tier: 's',
  price: { inputUsdPerMTok: 1, outputUsdPerMTok: 1 },
}
const chat = { model: 'auto', messages: [{ role: 'user', content: 'Hello' }] }
const documents = '/v1/collections/notes/documents'

describe('a request that is wrong', () => {
  it.each<[string, string, unknown, string]>([
    ['POST', '/v1/query', { ...question, question: ' ' }, 'question'],
    ['POST', '/v1/query', { ...question, question: 'x'.repeat(33_000) }, 'question'],
    ['POST', '/v1/query', { question: 'x' }, 'collection'],
    ['POST', '/v1/query', { ...question, collection: 'No Such' }, 'collection'],
    ['POST', '/v1/query', { ...question, retrieval: { topK: 0 } }, 'retrieval.topK'],
    ['POST', '/v1/search', { query: 'x', collection: 'notes', retrieval: { expansion: true } }, 'expansion'],
    [
      'POST',
      '/v1/search',
      { query: 'x', collection: 'notes', retrieval: { rerank: 'none' } },
      'retrieval.rerank',
    ],
    ['POST', '/v1/query', { ...question, requirements: { tier: 'xxl' } }, 'requirements.tier'],
    ['POST', '/v1/query', { ...question, temprature: 1 }, 'temprature'],
    ['POST', '/v1/query', { ...question, filter: { year: { above: 3 } } }, 'filter'],
    ['POST', '/v1/query', { ...question, requirements: { policy: 'No Such' } }, 'requirements.policy'],
    ['POST', '/v1/query', { ...question, template: 'No Such' }, 'template'],
    ['POST', '/v1/query', { ...question, template: 'absent' }, 'template'],
    ['POST', '/v1/route', { ...question, template: 'absent' }, 'PUT /v1/templates/absent'],
    ['POST', '/v1/query', { ...question, requirements: { priority: 'urgent' } }, 'requirements.priority'],
    ['POST', '/v1/search', { query: 'x', collection: 'notes', topK: 'many' }, 'topK'],
    ['POST', '/v1/search', { query: 'x', collection: 'notes', weights: { lexical: 0, dense: 0 } }, 'weights'],
    ['PUT', `${documents}/b`, {}, 'text'],
    ['PUT', `${documents}/b`, { text: 'a', base64: 'YQ==' }, 'base64'],
    ['PUT', `${documents}/b`, { base64: '***' }, 'base64'],
    ['PUT', `${documents}/b`, { text: 'a', acl: [] }, 'acl'],
    ['PUT', `${documents}/b`, { text: 'a', metadata: { deep: { er: 1 } } }, 'metadata'],
    ['POST', documents, { documents: [] }, 'documents'],
    ['POST', documents, { documents: [{ id: 'x', text: 'a' }, { id: 'y' }] }, 'documents.1'],
    [
      'POST',
      documents,
      {
        documents: [
          { id: 'x', text: 'a' },
          { id: 'x', text: 'b' },
        ],
      },
      'documents.1.id',
    ],
    ['PUT', '/v1/collections/UPPER', {}, 'collection'],
    ['PUT', '/v1/collections/notes', { profile: 'xs' }, 'profile'],
    ['PUT', '/v1/collections/notes', { retrieval: { topK: 51 } }, 'retrieval.topK'],
    ['PUT', '/v1/collections/notes', { retrieval: { rewrite: ['hyde'] } }, 'rewrite'],
    ['PUT', '/v1/collections/notes', { retrieval: { rerank: 'nobody' } }, 'late-interaction'],
    ['PUT', '/v1/collections/notes', { synonyms: [['car', 'auto'], ['car']] }, 'synonyms.1'],
    ['GET', `${documents}?limit=0`, undefined, 'limit'],
    ['GET', `${documents}?state=lively`, undefined, 'state'],
    ['GET', `${documents}/a/content?version=x`, undefined, 'version'],
    ['POST', '/v1/chat/completions', { ...chat, messages: [] }, 'messages'],
    ['POST', '/v1/chat/completions', { messages: chat.messages }, 'model'],
    ['POST', '/v1/chat/completions', { ...chat, n: 2 }, 'n'],
    ['POST', '/v1/chat/completions', { ...chat, fairlead: { collections: 'x' } }, 'fairlead'],
    ['GET', '/v1/usage?groupBy=colour', undefined, 'groupBy'],
    ['GET', '/v1/usage?from=yesterday', undefined, 'from'],
    ['GET', '/v1/usage?from=2026-02-01&to=2026-01-01', undefined, 'from'],
  ])('%s %s %j is refused, and the message names "%s"', async (method, path, body, field) => {
    const refused = await send(caller, method, path, body)
    expect(refused).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } })
    expect(messageOf(refused.body)).toContain(field)
  })

  it.each<[string, string, unknown, string]>([
    ['PUT', '/v1/endpoints/x', { ...endpoint, url: 'ftp://x' }, 'url'],
    [
      'PUT',
      '/v1/endpoints/x',
      { ...endpoint, price: { inputUsdPerMTok: -1, outputUsdPerMTok: 1 } },
      'price.inputUsdPerMTok',
    ],
    [
      'PUT',
      '/v1/endpoints/x',
      { ...endpoint, auth: { type: 'bearer', secretName: 'lower' } },
      'auth.secretName',
    ],
    [
      'PUT',
      '/v1/endpoints/x',
      { ...endpoint, auth: { type: 'bearer', secretName: 'KEY_PEPPER' } },
      'ORIGIN_',
    ],
    ['PUT', '/v1/endpoints/x', { ...endpoint, url: 'http://user:secret@10.0.0.1/v1' }, 'url'],
    ['PUT', '/v1/endpoints/x', { ...endpoint, url: 'http://10.0.0.1/v1#a' }, 'url'],
    ['PUT', '/v1/endpoints/x', { ...endpoint, url: 'http://10.0.0.1/v1?a=1' }, 'url'],
    ['PUT', '/v1/endpoints/x', { ...endpoint, url: 'http://169.254.169.254/v1' }, 'url'],
    ['PUT', '/v1/endpoints/x', { ...endpoint, healthUrl: 'http://[fd00:ec2::254]/' }, 'healthUrl'],
    ['PUT', '/v1/endpoints/x', { ...endpoint, metricsUrl: 'http://2852039166/metrics' }, 'metricsUrl'],
    ['PUT', '/v1/endpoints/x', { ...endpoint, kind: 'replicate' }, 'auth'],
    ['PUT', '/v1/endpoints/x', { ...endpoint, mtlsBinding: 'ORIGIN_CERTIFICATE' }, 'mtlsBinding'],
    ['PUT', '/v1/endpoints/x', { ...endpoint, configuration: 'm.a100.on_premises' }, 'configuration'],
    ['PATCH', '/v1/endpoints/x', {}, 'field'],
    ['PATCH', '/v1/endpoints/x', { colour: 'red' }, 'colour'],
    ['PATCH', '/v1/endpoints/x', { drained: true }, 'drained'],
    ['PUT', '/v1/policies/x', { weights: { cost: 0, latency: 0, quality: 0 } }, 'weights'],
    ['PUT', '/v1/policies/x', { weights: { cost: 1 } }, 'weights.latency'],
    ['PUT', '/v1/policies/x', { priority: 'urgent' }, 'priority'],
    ['PUT', '/v1/policies/x', { deadlines: { headMs: 1, firstTokenMs: 1, stallMs: 1 } }, 'deadlines.headMs'],
    ['PUT', '/v1/policies/X', {}, 'name'],
    ['PUT', '/v1/templates/X', { instructions: 'Be brief.' }, 'name'],
    ['PUT', '/v1/templates/x', { instructions: ' ' }, 'instructions'],
    ['PUT', '/v1/templates/x', { instructions: 'x'.repeat(8_001) }, 'instructions'],
    ['PUT', '/v1/templates/x', { instructions: 'a\u0000b' }, 'instructions'],
    ['PUT', '/v1/templates/x', { instructions: 'a\ud800b' }, 'instructions'],
    ['PUT', '/v1/templates/x', { instructions: 'Be brief.', marking: 'colour' }, 'marking'],
    ['PUT', '/v1/limits', { requestsPerMinute: 1, tokensPerMinute: null }, 'concurrency'],
    [
      'PUT',
      '/v1/limits',
      { requestsPerMinute: -1, tokensPerMinute: null, concurrency: null },
      'requestsPerMinute',
    ],
    ['GET', '/v1/audit?action=endpoint.paint', undefined, 'action'],
    ['GET', '/v1/audit?cursor=x', undefined, 'cursor'],
    ['PUT', '/v1/endpoints/extractive', endpoint, 'id'],
    ['POST', '/v1/keys', { name: 'k', scopes: ['everything'] }, 'scopes'],
    ['POST', '/v1/keys', { name: 'k', scopes: ['query'], expiresAt: 'soon' }, 'expiresAt'],
    ['POST', '/v1/tenants', { id: 'Upper', name: 'x' }, 'id'],
    ['PUT', '/v1/budgets', { period: 'week', limitUsd: 1 }, 'period'],
    ['PUT', '/v1/budgets', { period: 'day', limitUsd: -1 }, 'limitUsd'],
  ])(
    '%s %s %j is refused to an operator too, and the message names "%s"',
    async (method, path, body, field) => {
      const refused = await send(operatorKey, method, path, body)
      expect(refused).toMatchObject({ status: 400, body: { error: { code: 'invalid_request' } } })
      expect(messageOf(refused.body)).toContain(field)
    },
  )

  it.each([
    ['malformed JSON', { 'content-type': 'application/json' }, '{"question": ', 'invalid_request'],
    ['another media type', { 'content-type': 'text/plain' }, 'question=x', 'unsupported_media_type'],
    ['no body', {}, undefined, 'invalid_request'],
  ])('is told from %s', async (_, headers: Record<string, string>, body, code) => {
    const response = await fetch(`${platform.url}/v1/query`, {
      method: 'POST',
      headers: { authorization: `Bearer ${caller.key}`, ...headers },
      ...(body !== undefined && { body }),
    })
    expect(await response.json()).toMatchObject({ error: { code } })
    expect(response.status).toBe(ERROR_CODES[code as keyof typeof ERROR_CODES].status)
  })

  it.each([
    ['GET', '/v1/collections/absent', 'not_found'],
    ['GET', `${documents}/absent`, 'not_found'],
    ['GET', '/v1/jobs/absent', 'not_found'],
    ['GET', '/v1/nonsense', 'not_found'],
    ['GET', '/nonsense', 'not_found'],
  ])('%s %s is not there', async (method, path, code) => {
    expect(await send(caller, method, path)).toMatchObject({ status: 404, body: { error: { code } } })
  })

  it('carries the id of the request in the header and in the body', async () => {
    const { headers, body } = await send(caller, 'POST', '/v1/query', {})
    expect(body).toMatchObject({ error: { requestId: headers.get('x-request-id') } })
  })
})

describe('a key without the scope', () => {
  it.each<[string, string, string, unknown?]>([
    ['query', 'POST', '/v1/query', question],
    ['query', 'POST', '/v1/search', { query: 'x', collection: 'notes' }],
    ['query', 'GET', '/v1/models'],
    ['documents:read', 'GET', '/v1/collections'],
    ['documents:read', 'GET', `${documents}/a/content`],
    ['documents:write', 'PUT', `${documents}/b`, { text: 'x' }],
    ['documents:write', 'POST', documents, { text: 'x' }],
    ['documents:write', 'DELETE', `${documents}/a`],
    ['operate', 'GET', '/v1/endpoints'],
    ['operate', 'GET', '/v1/policies'],
    ['admin', 'PUT', '/v1/policies/default', {}],
    ['admin', 'DELETE', '/v1/policies/default'],
    ['operate', 'GET', '/v1/templates'],
    ['operate', 'GET', '/v1/templates/qa'],
    ['admin', 'PUT', '/v1/templates/qa', { instructions: 'Be brief.' }],
    ['admin', 'DELETE', '/v1/templates/qa'],
    ['billing:read', 'GET', '/v1/limits'],
    ['admin', 'PUT', '/v1/limits', { requestsPerMinute: null, tokensPerMinute: null, concurrency: null }],
    ['admin', 'GET', '/v1/audit'],
    ['billing:read', 'GET', '/v1/usage'],
    ['billing:read', 'GET', '/v1/budgets'],
    ['admin', 'POST', '/v1/keys', { name: 'k', scopes: ['admin'] }],
    ['admin', 'PUT', '/v1/budgets', { period: 'day', limitUsd: null }],
  ])('"%s" is refused at %s %s', async (scope, method, path, body) => {
    const others = (
      ['query', 'documents:read', 'documents:write', 'operate', 'billing:read'] as const
    ).filter((each) => each !== scope)
    const key = await newKey(caller.tenantId, { scopes: others })
    const refused = await send(key, method, path, body)
    expect(refused).toMatchObject({ status: 403, body: { error: { code: 'forbidden' } } })
    expect(messageOf(refused.body)).toContain(scope)
  })

  it('of an operator is refused what belongs to the whole platform, even to an admin of a tenant', async () => {
    const admin = await newKey(caller.tenantId, { scopes: ['admin'] })
    for (const [method, path, body] of [
      ['PUT', '/v1/endpoints/x', endpoint],
      ['PATCH', '/v1/endpoints/x', { model: 'n' }],
      ['DELETE', '/v1/endpoints/x', undefined],
      ['POST', '/v1/endpoints/x/drain', undefined],
      ['POST', '/v1/endpoints/x/undrain', undefined],
      ['PUT', '/v1/policies/default', { tenantId: 'demo' }],
      ['GET', '/v1/policies?tenantId=demo', undefined],
      ['PUT', '/v1/templates/qa', { tenantId: 'demo', instructions: 'Be brief.' }],
      ['DELETE', '/v1/templates/qa?tenantId=demo', undefined],
      ['GET', '/v1/templates?tenantId=demo', undefined],
      [
        'PUT',
        '/v1/limits',
        { tenantId: 'demo', requestsPerMinute: 1, tokensPerMinute: null, concurrency: null },
      ],
      ['GET', '/v1/limits?tenantId=demo', undefined],
      ['GET', '/v1/audit?tenantId=demo', undefined],
      ['POST', '/v1/tenants', { id: 'mine', name: 'Mine' }],
      ['PUT', '/v1/budgets', { tenantId: 'demo', period: 'day', limitUsd: 1 }],
      ['GET', '/v1/budgets?tenantId=demo', undefined],
      ['GET', '/v1/usage?tenantId=demo', undefined],
      ['POST', '/v1/keys', { tenantId: 'demo', name: 'k', scopes: ['query'] }],
    ] as const)
      expect(await send(admin, method, path, body)).toMatchObject({
        status: 403,
        body: { error: { code: 'forbidden' } },
      })
  })
})

const messageOf = (body: unknown) => (body as { error: { message: string } }).error.message
