import { afterEach, describe, expect, it } from 'vitest'
import type { Scripted } from '../../../cli/fleet/faults.ts'
import { type Origin, type OriginOptions, startOrigin } from '../../../cli/fleet/origin.ts'

const opened: Origin[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((origin) => origin.close()))
})

const messages = [{ role: 'user', content: 'How many words?' }]

async function open(options: OriginOptions = {}) {
  const origin = await startOrigin({ answerTokenCount: 6, ...options })
  opened.push(origin)
  const ask = (body: Record<string, unknown> = {}) =>
    fetch(`${origin.url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: origin.model, messages, ...body }),
    })
  return { origin, ask, root: origin.url.replace(/\/v1$/, '') }
}

const STREAMED = { stream: true, stream_options: { include_usage: true } }

/** What arrives until the stream ends, and how it ended. */
async function read(response: Response) {
  const decoder = new TextDecoder()
  const parts: string[] = []
  try {
    for await (const part of response.body ?? []) parts.push(decoder.decode(part, { stream: true }))
    return { text: parts.join(''), parts, end: 'closed' }
  } catch {
    return { text: parts.join(''), parts, end: 'broken off' }
  }
}

async function streamed(fault: Scripted, options: OriginOptions = {}) {
  const { origin, ask } = await open(options)
  origin.script(fault)
  const startedMs = performance.now()
  const heard = await read(await ask(STREAMED))
  return { ...heard, tookMs: performance.now() - startedMs, words: heard.text.match(/word\d/g) ?? [] }
}

const lastUsage = (text: string) =>
  [...text.matchAll(/"usage":(\{[^}]*\})/g)].map(([, usage = '']) => JSON.parse(usage))

describe('a scripted fault', () => {
  it('refuses with a Retry-After of any text', async () => {
    const { origin, ask } = await open()
    const values = [7, 0, -1, 1e9, 'soon', new Date(0).toUTCString(), undefined]
    for (const retryAfter of values)
      origin.script({ kind: 'refuse', status: 503, ...(retryAfter !== undefined && { retryAfter }) })
    for (const retryAfter of values) {
      const { status, headers } = await ask()
      expect([status, headers.get('retry-after')]).toEqual([
        503,
        retryAfter === undefined ? null : String(retryAfter),
      ])
    }
    expect((await ask()).status).toBe(200)
  })

  it('drops the connection before any answer', async () => {
    const { origin, ask } = await open()
    origin.script({ kind: 'disconnect' })
    await expect(ask()).rejects.toThrow('fetch failed')
  })

  it('lets the head wait', async () => {
    const { origin, ask } = await open()
    origin.script({ kind: 'slowHead', delayMs: 120 })
    const startedMs = performance.now()
    await ask(STREAMED)
    expect(performance.now() - startedMs).toBeGreaterThan(119)
  })

  it('cuts the answer after its tokens have arrived', async () => {
    const { words, end } = await streamed({ kind: 'cut', afterTokens: 4 })
    expect([words, end]).toEqual([['word0', 'word1', 'word2', 'word3'], 'broken off'])
  })

  it('holds the rest of the answer back', async () => {
    const { words, tookMs } = await streamed({ kind: 'stall', afterTokens: 4, forMs: 150 })
    expect(words).toHaveLength(6)
    expect(tookMs).toBeGreaterThan(149)
  })

  it('makes every token slow', async () => {
    const { words, tookMs } = await streamed({ kind: 'slowTokens', msPerToken: 20 })
    expect(words).toHaveLength(6)
    expect(tookMs).toBeGreaterThan(6 * 20 - 1)
  })

  it('never ends by itself, and stops when the client leaves', async () => {
    const { origin, ask } = await open()
    origin.script({ kind: 'endless' })
    const reader = (await ask({ stream: true })).body?.getReader()
    await expect.poll(() => origin.requests[0]?.tokenTimesMs.length).toBeGreaterThan(20)
    await reader?.cancel()
    await expect.poll(() => origin.requests[0]?.disconnected).toBe(true)
    expect(origin.load()).toEqual({ running: 0, waiting: 0, kvTokens: 0 })
  })

  it('breaks an event, or leaves the end mark, or the usage out', async () => {
    expect((await streamed({ kind: 'malformed', afterTokens: 2 })).text).toMatch(
      /data: \{"id": "chatcmpl-\n\n$/,
    )
    const noDone = await streamed({ kind: 'noDone' })
    expect([noDone.end, noDone.text.includes('[DONE]'), noDone.text.includes('"usage"')]).toEqual([
      'closed',
      false,
      true,
    ])
    const noUsage = await streamed({ kind: 'noUsage' })
    expect([noUsage.text.includes('[DONE]'), noUsage.text.includes('"usage"')]).toEqual([true, false])
  })

  it.each([
    ['tooLarge', [1_000_000]],
    ['zero', [0]],
    ['negative', [-6]],
    ['string', ['6']],
    ['twice', [6, 6]],
  ] as const)('reports a usage that is %s', async (as, counts) => {
    const { text } = await streamed({ kind: 'wrongUsage', as })
    expect(lastUsage(text).map(({ completion_tokens }) => completion_tokens)).toEqual(counts)
  })

  it('reports the usage in a chunk that has words', async () => {
    const { text } = await streamed({ kind: 'wrongUsage', as: 'withChoices' })
    const chunks = text.split('\n\n').filter((event) => event.includes('"usage"'))
    expect(chunks).toHaveLength(1)
    expect(chunks[0]).toContain('word5')
  })

  it('ends lines with CRLF, or floods with comments', async () => {
    const crlf = await streamed({ kind: 'crlf' })
    expect(crlf.text.match(/\r\n\r\n/g)).toHaveLength(['role', ...crlf.words, 'usage', 'done'].length)
    expect(crlf.text).not.toMatch(/[^\r]\n/)
    const { text, words } = await streamed({ kind: 'comments', perToken: 50 })
    expect([text.match(/^: /gm)?.length, words.length]).toEqual([300, 6])
  })

  it('cuts the bytes inside of characters, and loses none', async () => {
    const { origin, ask } = await open({ answer: 'añb cñd eñf', tokenDelayMs: 15 })
    origin.script({ kind: 'splitUtf8' })
    const bytes: Uint8Array[] = []
    for await (const part of (await ask({ stream: true })).body ?? []) bytes.push(part)
    const isCut = bytes.some((part) => (part.at(-1) ?? 0) >= 0xc0)
    expect([isCut, Buffer.concat(bytes).toString().match(/.ñ./g)]).toEqual([true, ['añb', 'cñd', 'eñf']])
  })

  it('holds for as many requests as it says', async () => {
    const { origin, ask } = await open()
    origin.script({ kind: 'html', status: 502, times: 2 }, null, { kind: 'html', status: 200 })
    const statuses = []
    for (let index = 0; index < 4; index += 1) statuses.push((await ask()).headers.get('content-type'))
    expect(statuses).toEqual(['text/html', 'text/html', 'application/json', 'text/html'])
  })
})

describe('faults over HTTP', () => {
  const post = (root: string, body: unknown) =>
    fetch(`${root}/faults`, { method: 'POST', body: JSON.stringify(body) })

  it('are added, shown and cleared', async () => {
    const { root, ask } = await open()
    const added = await post(root, [{ kind: 'refuse', status: 429, times: 3 }, { kind: 'noDone' }])
    expect(added.status).toBe(200)
    expect((await ask()).status).toBe(429)
    expect(await (await fetch(`${root}/faults`)).json()).toEqual({
      faults: [
        { kind: 'refuse', status: 429, times: 2 },
        { kind: 'noDone', times: 1 },
      ],
      outageMs: 0,
    })
    await fetch(`${root}/faults`, { method: 'DELETE' })
    expect((await ask()).status).toBe(200)
  })

  it('that make no sense are refused with the field', async () => {
    const { root } = await open()
    const refused = await post(root, { kind: 'cut', afterTokens: -1 })
    expect([refused.status, JSON.stringify(await refused.json())]).toEqual([
      400,
      expect.stringContaining('afterTokens'),
    ])
  })

  it('an outage refuses everything and is not healthy, until it is over', async () => {
    const { root, ask, origin } = await open()
    await post(root, { kind: 'outage', forMs: 60_000 })
    await expect(ask()).rejects.toThrow('fetch failed')
    await expect(fetch(`${origin.url}/models`)).rejects.toThrow('fetch failed')
    expect((await fetch(`${root}/health`)).status).toBe(503)
    await post(root, { kind: 'outage', forMs: 50 })
    await expect.poll(async () => (await fetch(`${root}/health`)).status).toBe(200)
    expect((await ask()).status).toBe(200)
  })
})
