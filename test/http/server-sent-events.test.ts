import { describe, expect, it } from 'vitest'
import { serverSentEvents } from '../../shared/http/server-sent-events.ts'

const encoder = new TextEncoder()

/** A response whose body comes in these pieces, and tells whether it was let go. */
function streamOf(...pieces: readonly (string | Uint8Array)[]) {
  const taken = { pieces: 0, cancelled: false }
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const piece = pieces[taken.pieces]
        taken.pieces += 1
        if (piece === undefined) controller.close()
        else controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece)
      },
      cancel() {
        taken.cancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { response: new Response(body), taken }
}

async function dataOf(...pieces: readonly (string | Uint8Array)[]) {
  const heard: string[] = []
  for await (const { data } of serverSentEvents(streamOf(...pieces).response)) heard.push(data)
  return heard
}

describe('events of an origin', () => {
  it.each<[string, (string | Uint8Array)[]]>([
    ['in one piece', ['data: a\n\ndata: b\n\n']],
    ['with a byte order mark', [Uint8Array.of(0xef, 0xbb, 0xbf), 'data: a\n\ndata: b\n\n']],
    ['with every kind of line end', ['data: a\r\n\r\ndata: b\r\r']],
    ['with line ends cut in two', ['data: a\r', '\n\r', '\ndata: b\r\n', '\r\n']],
    ['byte by byte', Array.from(encoder.encode('data: a\n\ndata: b\n\n'), (byte) => Uint8Array.of(byte))],
    [
      'with comments, ids that repeat and fields that nobody knows',
      [': hello\nid: 1\ndata: a\n\nid: 1\nx: y\nretry: no\ndata: b\n\n'],
    ],
    ['without space after the colon', ['data:a\n\ndata:b\n\n']],
  ])('are read %s', async (_, pieces) => {
    expect(await dataOf(...pieces)).toEqual(['a', 'b'])
  })

  it('keep characters whole wherever the stream is cut', async () => {
    const bytes = encoder.encode('data: 東京 🚢 é\n\n')
    for (let at = 1; at < bytes.length; at += 1)
      expect(await dataOf(bytes.slice(0, at), bytes.slice(at))).toEqual(['東京 🚢 é'])
  })

  it('an unfinished event at the end is none', async () => {
    expect(await dataOf('data: a\n\ndata: b')).toEqual(['a'])
  })

  it('a flood of comments is read past without keeping it', async () => {
    const flood = Array.from({ length: 50 }, () => `: ${'x'.repeat(100_000)}\n`)
    expect(await dataOf(...flood, 'data: a\n\n')).toEqual(['a'])
  })

  it('a line without end is refused, and the connection let go', async () => {
    const { response, taken } = streamOf('data: ', ...Array.from({ length: 100 }, () => 'x'.repeat(100_000)))
    const reading = async () => {
      for await (const _ of serverSentEvents(response)) break
    }
    await expect(reading()).rejects.toMatchObject({ code: 'upstream_rejected' })
    expect(taken.pieces).toBeLessThan(20)
    expect(taken.cancelled).toBe(true)
  })

  it('leaving early lets the connection go', async () => {
    const { response, taken } = streamOf('data: a\n\n', 'data: b\n\n', 'data: c\n\n')
    for await (const _ of serverSentEvents(response)) break
    expect(taken).toEqual({ pieces: 1, cancelled: true })
  })
})
