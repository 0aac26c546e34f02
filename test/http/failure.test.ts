import { describe, expect, it } from 'vitest'
import { expectMediaType, failure, refusal, retryAfterMs } from '../../shared/http/failure.ts'

const response = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers })

describe('what a refusal means', () => {
  it.each([
    [400, 'invalid_request'],
    [401, 'upstream_rejected'],
    [402, 'upstream_rejected'],
    [404, 'upstream_rejected'],
    [303, 'upstream_rejected'],
    [408, 'upstream_unavailable'],
    [422, 'invalid_request'],
    [429, 'upstream_unavailable'],
    [500, 'upstream_unavailable'],
    [529, 'upstream_unavailable'],
  ])('%i is %s', async (status, code) => {
    expect(await refusal(response(status, { error: { message: 'no' } }))).toMatchObject({
      code,
      details: { status },
    })
  })

  it.each([
    [{ error: { message: "This model's maximum context length is 4096 tokens." } }],
    [{ error: 'prompt is too long: 9000 tokens' }],
    [{ detail: 'The context window is exceeded' }],
  ])('a prompt that is too long is told apart, in the words of the origin (%o)', async (body) => {
    const { code, message } = await refusal(response(400, body))
    expect(code).toBe('context_length_exceeded')
    expect(JSON.stringify(body)).toContain(message)
  })

  it('repeats nothing but what blames the caller, and no pages', async () => {
    const secret = 'key sk-123 is wrong'
    expect((await refusal(response(401, { error: { message: secret } }))).message).not.toContain('sk-123')
    expect((await refusal(response(500, secret))).message).not.toContain('sk-123')
    expect((await refusal(response(400, '<html>Bad Request</html>'))).message).not.toContain('<')
    expect((await refusal(response(400, 'x'.repeat(50_000)))).message.length).toBeLessThanOrEqual(1_000)
  })

  it('without a status the origin is to blame, unless it says that the prompt was too long', () => {
    expect(failure(null, 'CUDA out of memory').code).toBe('upstream_unavailable')
    expect(failure(null, 'maximum context length is 10').code).toBe('context_length_exceeded')
  })

  it('a page where an answer was asked for is refused, and let go', async () => {
    const page = response(200, '<html>', { 'content-type': 'text/html' })
    await expect(expectMediaType(page, 'text/event-stream')).rejects.toMatchObject({
      code: 'upstream_rejected',
    })
    expect(page.bodyUsed || page.body?.locked === false).toBe(true)
    const good = response(200, '', { 'content-type': 'text/event-stream; charset=utf-8' })
    expect(await expectMediaType(good, 'text/event-stream')).toBe(good)
  })
})

describe('Retry-After', () => {
  it.each([
    ['7', 7_000],
    ['0', 0],
    ['99999999', 3_600_000],
    ['1000000000', 3_600_000],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['', undefined],
  ])('"%s" is %s ms', (header, expected) => {
    expect(retryAfterMs(response(429, '', { 'retry-after': header })).retryAfterMs).toBe(expected)
  })

  it('may be a date', () => {
    const inAMinute = new Date(Date.now() + 60_000).toUTCString()
    const { retryAfterMs: waitMs } = retryAfterMs(response(429, '', { 'retry-after': inAMinute }))
    expect(waitMs).toBeGreaterThan(57_000)
    expect(waitMs).toBeLessThanOrEqual(60_000)
    expect(retryAfterMs(response(429, '', { 'retry-after': new Date(0).toUTCString() }))).toEqual({})
    expect(retryAfterMs(response(429, ''))).toEqual({})
  })
})
