import { createExecutionContext, runInDurableObject, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { type Context, Hono } from 'hono'
import { createMiddleware } from 'hono/factory'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { ApiEnv } from '../../shared/api/define-route.ts'
import type { Principal } from '../../shared/domain/principal.ts'
import { AppError } from '../../shared/errors.ts'
import { renderError, toAppError } from '../../shared/http/api-app.ts'
import type { ReplayRpc } from '../../shared/ports/objects.ts'
import { idempotent } from '../../workers/router/idempotency/middleware.ts'

afterEach(() => {
  vi.useRealTimers()
})

const PEPPER = 'a pepper of at least thirty-two characters'

type Options = {
  readonly handler: (c: Context<ApiEnv>) => Response | Promise<Response>
  /** Stands before the real object, to break it. */
  readonly through?: (replay: ReplayRpc) => ReplayRpc
}

type Init = {
  readonly key?: string
  readonly body?: BodyInit
  readonly signal?: AbortSignal
  readonly headers?: Readonly<Record<string, string>>
}

/** A platform with one route, as it is with and without the middleware. */
function platform({ handler, through = (replay) => replay }: Options) {
  const tenantId = `tenant-${crypto.randomUUID()}`
  const names: string[] = []
  const events: Readonly<Record<string, unknown>>[] = []
  let calls = 0
  const replay = (name: string) => {
    names.push(name)
    return through(env.REPLAYS.getByName(name))
  }
  const identify = createMiddleware<ApiEnv>(async (c, next) => {
    const principal: Principal = {
      tenantId,
      keyId: 'k',
      scopes: ['query'],
      collections: null,
      plan: 'free',
      principals: c.req.header('x-principals')?.split(',') ?? [],
    }
    c.set('context', { requestId: `req-${crypto.randomUUID()}`, principal })
    await next()
  })
  const app = new Hono<ApiEnv>()
  app.onError((thrown, c) => renderError(toAppError(thrown), c.get('context').requestId))
  app.use(identify, idempotent({ replay, pepper: PEPPER, log: (event) => void events.push(event) }))
  app.post('/do', (c) => {
    calls += 1
    return handler(c)
  })
  /** The answer, and what is left to wait for after it. */
  const ask = async ({ key = 'key', headers = {}, ...init }: Init = {}) => {
    const context = createExecutionContext()
    const request = new Request('https://fairlead.test/do', {
      method: 'POST',
      body: '{}',
      ...init,
      headers: { ...(key !== '' && { 'idempotency-key': key }), ...headers },
    })
    const response = await app.fetch(request, env, context)
    return { response, settled: () => waitOnExecutionContext(context) }
  }
  const text = async (init?: Init) => {
    const { response } = await ask(init)
    const replayed = response.headers.get('idempotent-replayed') === 'true'
    return { status: response.status, replayed, body: await response.text() }
  }
  return { ask, text, names, events, calls: () => calls }
}

const digest = async (bytes: BufferSource) =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).toString()
const bytesOf = (size: number) => new Uint8Array(size).map((_, i) => i % 251)

describe('the middleware of Idempotency-Key', () => {
  it('asks no object where the header is missing', async () => {
    const { text, names } = platform({ handler: (c) => c.text('done') })
    expect(await text({ key: '' })).toEqual({ status: 200, replayed: false, body: 'done' })
    expect(names).toEqual([])
  })

  it('leaves the body for the handler to read, through Hono or as it came', async () => {
    const { text } = platform({
      handler: async (c) => c.json({ read: await c.req.json(), again: await c.req.text() }),
    })
    expect((await text({ body: '{"a":1}' })).body).toBe('{"read":{"a":1},"again":"{\\"a\\":1}"}')
    const raw = platform({ handler: async (c) => new Response(await c.req.raw.arrayBuffer()) })
    expect((await raw.text({ body: 'as it came' })).body).toBe('as it came')
  })

  it('gives a long answer again exactly, though it does not fit one row', async () => {
    const whole = bytesOf(3_900_000)
    const { ask, calls } = platform({ handler: () => new Response(whole) })
    for (const _ of [1, 2]) {
      const { response } = await ask()
      expect(await digest(await response.arrayBuffer())).toBe(await digest(whole))
    }
    expect(calls()).toBe(1)
  })

  it('passes an answer that is longer than what is kept on whole, and says so to who asks again', async () => {
    const whole = bytesOf(4_000_001)
    const { ask, text, calls } = platform({ handler: () => new Response(whole) })
    const { response } = await ask()
    expect((await response.arrayBuffer()).byteLength).toBe(whole.byteLength)
    const again = await text()
    expect(again).toMatchObject({ status: 400, body: expect.stringContaining('idempotency_conflict') })
    expect(again.body).toContain('more than 4000000 bytes')
    expect(calls()).toBe(1)
  })

  it('gives an empty answer again', async () => {
    const { text, calls } = platform({ handler: (c) => c.body(null, 204) })
    expect([await text(), await text()]).toMatchObject([
      { status: 204, replayed: false },
      { status: 204, replayed: true },
    ])
    expect(calls()).toBe(1)
  })

  it('does not do again what broke off in the middle of its answer', async () => {
    const broken = () =>
      new ReadableStream<Uint8Array>({
        pull(controller) {
          controller.enqueue(bytesOf(3))
          controller.error(new Error('cut'))
        },
      })
    const { ask, text, calls } = platform({ handler: () => new Response(broken()) })
    const { response } = await ask()
    await expect(response.text()).rejects.toThrow('cut')
    expect(await text()).toMatchObject({ status: 400, body: expect.stringContaining('broke off') })
    expect(calls()).toBe(1)
  })

  it('reads on for the record when the reader leaves', async () => {
    let left = 5
    const slow = () =>
      new ReadableStream<Uint8Array>({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, 5))
          if (left === 0) return controller.close()
          controller.enqueue(new TextEncoder().encode(`${left}`))
          left -= 1
        },
      })
    const { ask, text } = platform({ handler: () => new Response(slow()) })
    const { response, settled } = await ask()
    const reader = response.body?.getReader()
    await reader?.read()
    await reader?.cancel()
    await settled()
    expect(await text()).toEqual({ status: 200, replayed: true, body: '54321' })
  })

  it('gives up on an answer whose reader has been gone for 25 seconds, and keeps what there is with its end', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const endless = (gone: AbortSignal) => {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      const writer = writable.getWriter()
      const write = (text: string) => writer.write(new TextEncoder().encode(text))
      gone.addEventListener('abort', () => void write('error').then(() => writer.close()))
      void write('begun, ')
      return readable
    }
    const { ask, text } = platform({
      handler: (c) => new Response(endless(c.get('clientSignal') ?? c.req.raw.signal)),
    })
    const left = new AbortController()
    const { response, settled } = await ask({ signal: left.signal })
    await response.body?.cancel()
    left.abort()
    await vi.advanceTimersByTimeAsync(24_999)
    expect(await text()).toMatchObject({ status: 409 })
    await vi.advanceTimersByTimeAsync(1)
    vi.useRealTimers()
    await settled()
    expect(await text()).toEqual({ status: 200, replayed: true, body: 'begun, error' })
  })

  it.each([
    { what: 'a refusal', status: 403, code: 'forbidden', calls: 2 },
    { what: 'a conflict', status: 409, code: 'conflict', calls: 2 },
    { what: 'too many requests', status: 429, code: 'rate_limited', calls: 2 },
    { what: 'a failure that is worth another try', status: 503, code: 'upstream_unavailable', calls: 2 },
    { what: 'a defect, which may have done its work', status: 500, code: 'internal', calls: 1 },
  ] as const)('after $what the handler has run $calls times', async ({ status, code, calls: expected }) => {
    const { text, calls } = platform({
      handler: () => {
        throw new AppError(code, 'no')
      },
    })
    expect(await text()).toMatchObject({ status, replayed: false })
    expect(await text()).toMatchObject({ status, replayed: expected === 1 })
    expect(calls()).toBe(expected)
  })

  it('keeps any failure that comes after an effect', async () => {
    const { text, calls } = platform({
      handler: (c) => {
        c.get('onEffect')?.()
        throw new AppError('upstream_timeout', 'after the first word')
      },
    })
    const first = await text()
    expect(await text()).toEqual({ ...first, replayed: true })
    expect(calls()).toBe(1)
  })

  it('refuses a body that is too long to be compared, whether or not its length is told', async () => {
    const { text, calls } = platform({ handler: (c) => c.text('done') })
    const whole = bytesOf(10_000_001)
    expect(await text({ body: whole })).toMatchObject({ status: 413 })
    const parts = new Blob([whole]).stream()
    expect(await text({ body: parts })).toMatchObject({ status: 413 })
    expect(calls()).toBe(0)
  })

  it('does not show what one caller was answered to a caller with other rights', async () => {
    const { text } = platform({ handler: (c) => c.text('for the board') })
    await text({ headers: { 'x-principals': 'board' } })
    const other = await text()
    expect(other).toMatchObject({ status: 400 })
    expect(other.body).not.toContain('board')
  })

  it('stores nothing that can be read without the pepper', async () => {
    const { text, names } = platform({ handler: (c) => c.text('flk_test_secret') })
    await text({ key: 'order-17', body: 'what was asked' })
    const [name = ''] = names
    const stored = await runInDurableObject(env.REPLAYS.getByName(name), (_, { storage }) => {
      const parts = storage.sql.exec<{ bytes: ArrayBuffer }>('SELECT bytes FROM parts').toArray()
      const entry = JSON.stringify(storage.sql.exec('SELECT * FROM entry').toArray())
      return [name, entry, ...parts.map(({ bytes }) => new TextDecoder('latin1').decode(bytes))].join()
    })
    for (const secret of ['flk_test_secret', 'order-17', 'what was asked', 'text/plain'])
      expect(stored).not.toContain(secret)
    expect(name).toMatch(/^[0-9a-f]{64}$/)
  })

  it('gives the answer though it cannot be stored, and logs that', async () => {
    const { text, events } = platform({
      handler: (c) => c.text('done'),
      through: (replay) => ({
        claim: (claim) => replay.claim(claim),
        extend: (holder, leaseMs) => replay.extend(holder, leaseMs),
        release: (holder) => replay.release(holder),
        store: () => Promise.reject(new Error('the object was reset')),
      }),
    })
    expect(await text()).toMatchObject({ status: 200, body: 'done' })
    expect(events).toMatchObject([1, 2, 3].map(() => ({ event: 'replay_failed', operation: 'store' })))
  })

  it('stores after all when the object was reset once', async () => {
    let resets = 1
    const { text, calls } = platform({
      handler: (c) => c.text('done'),
      through: (replay) => ({
        claim: (claim) => replay.claim(claim),
        extend: (holder, leaseMs) => replay.extend(holder, leaseMs),
        release: (holder) => replay.release(holder),
        store: (holder, parts) =>
          (resets -= 1) < 0 ? replay.store(holder, parts) : Promise.reject(new Error('reset')),
      }),
    })
    await text()
    expect(await text()).toMatchObject({ replayed: true, body: 'done' })
    expect(calls()).toBe(1)
  })
})
