import { describe, expect, it } from 'vitest'
import { readRequest } from '../../../cli/embedder/request.ts'

const served = { model: 'minilm', dimensions: 384 }
const read = (body: unknown) => readRequest(body, served)
const refusal = (fields: Record<string, unknown>) => {
  const result = read({ model: 'minilm', input: 'a', ...fields })
  return 'error' in result ? { status: result.status, ...result.error } : result
}

describe('a request for embeddings', () => {
  it('takes one text or a list, as floats unless base64 is asked for', () => {
    expect(read({ model: 'minilm', input: 'a' })).toEqual({ inputs: ['a'], isBase64: false })
    const all = { model: 'minilm', input: ['a', 'b'], encoding_format: 'base64', dimensions: 384, user: 'me' }
    expect(read(all)).toEqual({ inputs: ['a', 'b'], isBase64: true })
  })

  it.each([
    [{ input: ['a', ''] }, 'input[1]', 'at least one character'],
    [{ input: '' }, 'input', 'at least one character'],
    [{ input: [] }, 'input', 'Too small'],
    [{ input: Array.from({ length: 2_049 }, () => 'a') }, 'input', 'Too big'],
    [{ input: [1, 2] }, 'input[0]', 'token ids are not read'],
    [{ input: undefined }, 'input', 'Expected a text or a list of texts'],
    [{ dimensions: 256 }, 'dimensions', 'have 384 and cannot be shortened'],
    [{ encoding_format: 'hex' }, 'encoding_format', '"float"|"base64"'],
    [{ model: undefined }, 'model', 'GET /v1/models'],
    [{ truncate: true }, 'truncate', 'no such field'],
  ])('is refused by the name of the field: %j', (fields, param, words) => {
    const found = refusal(fields)
    expect(found).toMatchObject({ status: 400, type: 'invalid_request_error', param, code: null })
    expect('message' in found && found.message).toContain(words)
    expect('message' in found && found.message.startsWith(`${param}: `)).toBe(true)
  })

  it('is refused with the code OpenAI has for a model that is not there', () => {
    const code = 'model_not_found'
    expect(refusal({ model: 'large' })).toMatchObject({ status: 404, param: 'model', code })
  })

  it('is refused without a field when the body is no object', () => {
    expect(read(undefined)).toMatchObject({ status: 400, error: { param: null } })
    expect(read([])).toMatchObject({ status: 400, error: { param: null } })
  })
})
