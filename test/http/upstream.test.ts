import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Call, listen } from '../../cli/fleet/http.ts'
import { headersAuthorizer } from '../../shared/adapters/authorizers/headers.ts'
import { callUpstream, exchangeJson } from '../../shared/http/upstream.ts'

const never = () => new AbortController().signal

async function serving(serve: (call: Call) => void) {
  const seen: string[] = []
  const { url, close } = await listen(0, async (call) => {
    seen.push(`${call.request.method} ${call.request.url}`)
    serve(call)
  })
  onTestFinished(close)
  return { url, seen, upstream: { url, authorizer: headersAuthorizer({ 'x-key': 'secret' }), fetch } }
}

describe('an exchange with an origin', () => {
  it('goes nowhere but where it was sent', async () => {
    const { url, seen, upstream } = await serving(({ response }) =>
      response.writeHead(307, { location: 'http://169.254.169.254/latest' }).end(),
    )
    expect((await callUpstream(upstream, { url: `${url}/a`, json: {} }, never())).status).toBe(307)
    await expect(exchangeJson(upstream, { url: `${url}/a`, json: {} }, never())).rejects.toMatchObject({
      code: 'upstream_rejected',
      details: { status: 307 },
    })
    expect(seen).toEqual(['POST /a', 'POST /a'])
  })

  it('ends within a body that swells when it is unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(64_000_000, ' '))
    const { url, upstream } = await serving(({ response }) =>
      response
        .writeHead(200, {
          'content-type': 'application/json',
          'content-encoding': 'gzip',
          'content-length': bomb.length,
        })
        .end(bomb),
    )
    await expect(exchangeJson(upstream, { url, json: {} }, never())).rejects.toMatchObject({
      code: 'upstream_rejected',
      message: expect.stringMatching(/larger than/),
    })
  })

  it.each([
    ['no JSON', 'hello', 'upstream_rejected'],
    ['half a body', '{"a":', 'upstream_unavailable'],
  ])('that brings %s is a typed error', async (_, text, code) => {
    const { url, upstream } = await serving(({ response }) => {
      const isHalf = code === 'upstream_unavailable'
      response.writeHead(200, { 'content-length': isHalf ? text.length + 9 : text.length })
      response.write(text, () => (isHalf ? setTimeout(() => response.destroy(), 20) : response.end()))
    })
    await expect(exchangeJson(upstream, { url, json: {} }, never())).rejects.toMatchObject({ code })
  })

  it('that is aborted is no origin that cannot be reached', async () => {
    const { url, upstream } = await serving(() => undefined)
    const left = new AbortController()
    const calling = callUpstream(upstream, { url, json: {} }, left.signal)
    setTimeout(() => left.abort(), 20)
    const error: unknown = await calling.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'upstream_unavailable', details: {} })
    expect(error).not.toHaveProperty('details.kind')
  })
})
