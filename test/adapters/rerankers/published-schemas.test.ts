import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { headersAuthorizer } from '../../../shared/adapters/authorizers/headers.ts'
import { cohereReranker } from '../../../shared/adapters/rerankers/cohere.ts'
import { teiReranker } from '../../../shared/adapters/rerankers/tei.ts'
import { CANDIDATES, QUESTION } from '../../contract/reranker.ts'
import { type RerankDouble, startCohere, startTei } from '../../doubles/rerankers.ts'

const folder = resolve(process.env['FAIRLEAD_DATA'] ?? '../shared/data', 'openapi')
const files = {
  tei: resolve(folder, 'text-embeddings-inference.json'),
  cohere: resolve(folder, 'cohere.yaml'),
}
const authorizer = headersAuthorizer({ authorization: 'Bearer key' })

/** OpenAPI's words become JSON Schema's; examples and notes of the generators are left out, and defaults, some of which are of another type. */
function asJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(asJsonSchema)
  if (typeof node !== 'object' || node === null) return node
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => !key.startsWith('x-') && !['example', 'default', 'description'].includes(key))
      .map(([key, value]) => [
        key,
        key === '$ref' ? String(value).replace('#/components/schemas/', '#/$defs/') : asJsonSchema(value),
      ]),
  )
  return nullable === true ? { anyOf: [rest, { type: 'null' }] } : rest
}
const zodOf = (schema: unknown, schemas: unknown): z.ZodType =>
  z.fromJSONSchema({
    allOf: [asJsonSchema(schema)],
    $defs: asJsonSchema(schemas),
  } as z.core.JSONSchema.JSONSchema)

async function exchanged(double: RerankDouble, rerank: () => Promise<unknown>) {
  await rerank()
  const { path, body, headers } = double.requests.at(-1) ?? { path: '', body: '', headers: {} }
  const { authorization = '' } = headers
  const answer = await fetch(`${double.url}${path}`, { method: 'POST', headers: { authorization }, body })
  return { sent: JSON.parse(body), received: await answer.json() }
}

// The descriptions are public data beside the project, not part of it: without them these tests are skipped, and reported as skipped.
describe.skipIf(!existsSync(files.tei))('the published schemas of Text Embeddings Inference', () => {
  const { schemas } = existsSync(files.tei)
    ? JSON.parse(readFileSync(files.tei, 'utf8')).components
    : { schemas: {} }
  const named = (name: string) => zodOf({ $ref: `#/components/schemas/${name}` }, schemas)

  it('describe what is sent to it and what its double answers', async () => {
    const double = await startTei('key')
    const tei = teiReranker({ id: 'tei', url: double.url, authorizer, fetch })
    const { sent, received } = await exchanged(double, () => tei.rerank(QUESTION, CANDIDATES))
    expect(named('RerankRequest').safeParse(sent).error).toBeUndefined()
    expect(Object.keys(schemas.RerankRequest.properties)).toEqual(expect.arrayContaining(Object.keys(sent)))
    expect(named('RerankRequest').safeParse({ ...sent, texts: 'one' }).success).toBe(false)
    expect(named('RerankResponse').safeParse(received).error).toBeUndefined()
    expect(named('RerankResponse').safeParse({ results: received }).success).toBe(false)
    const head = { headers: { authorization: 'Bearer key' } }
    const info: unknown = await (await fetch(`${double.url}/info`, head)).json()
    expect(named('Info').safeParse(info).error).toBeUndefined()
    await double.close()
  })
})

/** The block of a file under one key, without parsing the other 30,000 lines. */
const block = (text: string, indent: number, key: string) =>
  new RegExp(`^ {${indent}}${key}:\\n(?:(?: {${indent + 1}}.*)?\\n)+`, 'm').exec(text)?.[0] ?? ''

describe.skipIf(!existsSync(files.cohere))('the published schema of Cohere', () => {
  it('describes what is sent to it and what its double answers', async () => {
    const text = readFileSync(files.cohere, 'utf8')
    const { post } = parse(block(text, 2, '/v2/rerank'))['/v2/rerank']
    const schemas = parse(block(text, 4, 'ApiMeta'))
    const request = post.requestBody.content['application/json'].schema
    const answer = post.responses['200'].content['application/json'].schema
    const double = await startCohere('key')
    const options = {
      id: 'cohere',
      model: 'rerank-v3.5',
      nanoUsdPerSearch: 1,
      url: double.url,
      authorizer,
      fetch,
    }
    const cohere = cohereReranker(options)
    const { sent, received } = await exchanged(double, () => cohere.rerank(QUESTION, CANDIDATES))
    expect(zodOf(request, schemas).safeParse(sent).error).toBeUndefined()
    expect(Object.keys(request.properties)).toEqual(expect.arrayContaining(Object.keys(sent)))
    expect(zodOf(request, schemas).safeParse({ ...sent, documents: 'one' }).success).toBe(false)
    expect(zodOf(answer, schemas).safeParse(received).error).toBeUndefined()
    expect(zodOf(answer, schemas).safeParse({ ...Object(received), results: {} }).success).toBe(false)
    await double.close()
  })
})
