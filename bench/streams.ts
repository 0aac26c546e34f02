// npm run bench:streams: what Fairlead adds before the first token, and whether a thousand open streams lose anything or fill the memory.
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { EventSourceParserStream } from 'eventsource-parser/stream'
import { startOrigin } from '../cli/fleet/origin.ts'
import { cpuOfTree, memoryOfTree } from './lib/processes.ts'
import { startAnnounced } from './lib/server-process.ts'
import { median, percentile } from './lib/stats.ts'
import { table } from './lib/table.ts'
import { BENCH_MODEL } from './router/workload.ts'

const HELP = `npm run bench:streams -- [options]
  --asked N     streams, one after another, whose first token is timed at each server (300)
  --streams N   open at the same time (1000)
  --tokens N    of each (100)
  --every N     milliseconds between two tokens of a stream (500)
Fails when a stream lost or doubled a token or ended otherwise than it should.`

const { values } = parseArgs({
  options: {
    asked: { type: 'string', default: '300' },
    streams: { type: 'string', default: '1000' },
    tokens: { type: 'string', default: '100' },
    every: { type: 'string', default: '500' },
    help: { type: 'boolean', default: false },
  },
})
const [asked = 1, streams = 1, tokens = 1, everyMs = 1] = [
  values.asked,
  values.streams,
  values.tokens,
  values.every,
].map(Number)
if (values.help || [asked, streams, tokens, everyMs].some((number) => !(number >= 1 && number <= 100_000))) {
  console.log(HELP)
  process.exit(values.help ? 0 : 2)
}

/** The first ones find everything cold. */
const COLD = 20

type Target = { readonly name: string; readonly url: string; readonly apiKey: string }

const askedBody = (maxTokens: number) =>
  JSON.stringify({
    model: BENCH_MODEL,
    stream: true,
    max_tokens: maxTokens,
    messages: [{ role: 'user', content: 'Count.' }],
  })

const post = (url: string, apiKey: string, maxTokens: number) =>
  fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: askedBody(maxTokens),
  })

/** Milliseconds until the first token of one stream; the rest is read, too. */
async function firstTokenMs({ url, apiKey }: Target): Promise<number> {
  const startedMs = performance.now()
  const response = await post(url, apiKey, 4)
  let firstMs = Number.NaN
  let text = ''
  for await (const part of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += part
    if (Number.isNaN(firstMs) && text.includes('word0')) firstMs = performance.now() - startedMs
  }
  return firstMs
}

/** Tokens come 10 ms apart, as those of a fast model do: then the time to the first is not that of all of them. */
async function timeFirstTokens() {
  await using opened = new AsyncDisposableStack()
  const origin = await startOrigin({
    model: BENCH_MODEL,
    answerTokenCount: 4,
    tokenDelayMs: 10,
    requestsKept: 10,
  })
  opened.defer(origin.close)
  const bare = await startAnnounced(resolve(import.meta.dirname, 'router/bare-proxy.ts'), [origin.url])
  opened.defer(bare.stop)
  const platform = await startAnnounced(resolve(import.meta.dirname, 'router/fairlead.ts'), [origin.url])
  opened.defer(platform.stop)
  const { url = '', apiKey = '' } = platform.announcement
  const targets = [
    { name: 'model server', url: `${origin.url}/chat/completions`, apiKey: '' },
    { name: 'bare proxy', url: bare.announcement['url'] ?? '', apiKey: '' },
    { name: 'fairlead', url, apiKey },
  ]
  const times = new Map(targets.map(({ name }) => [name, [] as number[]]))
  for (let n = 0; n < asked + COLD; n += 1)
    for (const target of targets) {
      const ms = await firstTokenMs(target)
      if (n >= COLD) times.get(target.name)?.push(ms)
    }
  const rows = targets.map(({ name }) => {
    const own = (times.get(name) ?? []).toSorted((a, b) => a - b)
    return [name, percentile(own, 0.5).toFixed(2), percentile(own, 0.95).toFixed(2)]
  })
  console.log(`\n${table(['first token of a stream, one at a time', 'p50 ms', 'p95 ms'], rows)}\n`)
}

const ANSWER = Array.from({ length: tokens }, (_, index) => `word${index}`).join(' ')

type Chunk = { readonly choices?: readonly { readonly delta?: { readonly content?: string } }[] }
const contentOf = (data: string) => (JSON.parse(data) as Chunk).choices?.[0]?.delta?.content ?? ''

/** What is wrong with one stream; null: it was whole. */
async function readStream(url: string, apiKey: string): Promise<string | null> {
  const response = await post(url, apiKey, tokens)
  if (!response.ok || !response.body) return `status ${response.status}`
  const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream())
  const seen: string[] = []
  for await (const { data } of events) seen.push(data)
  if (seen.pop() !== '[DONE]') return 'no [DONE]'
  const text = seen.map(contentOf).join('')
  return text === ANSWER ? null : `another text: ${text.slice(-40)}`
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(0)

async function holdOpen(): Promise<boolean> {
  const origin = await startOrigin({
    model: BENCH_MODEL,
    answerTokenCount: tokens,
    tokenDelayMs: everyMs,
    requestsKept: 10,
  })
  const platform = await startAnnounced(resolve(import.meta.dirname, 'router/fairlead.ts'), [origin.url])
  const { url = '', apiKey = '' } = platform.announcement
  const workerd = () => memoryOfTree(platform.pid).get('workerd') ?? Number.NaN
  try {
    const idle = workerd()
    const cpuBefore = cpuOfTree(platform.pid).get('workerd') ?? 0
    const reading = Promise.all(
      Array.from({ length: streams }, () => readStream(url, apiKey).catch((error: unknown) => String(error))),
    )
    const seen: number[] = []
    const over = reading.then(() => true)
    while (!(await Promise.race([over, sleep(2_000, false)]))) seen.push(workerd())
    const broken = (await reading).filter((problem) => problem !== null)
    const cpu = (cpuOfTree(platform.pid).get('workerd') ?? 0) - cpuBefore
    await sleep(5_000)
    const third = Math.ceil(seen.length / 3)
    const rows = [
      ['whole streams', `${streams - broken.length} of ${streams}`],
      ['memory idle, MB', megabytes(idle)],
      ['memory in the first third, MB', megabytes(median(seen.slice(0, third)))],
      ['memory in the last third, MB', megabytes(median(seen.slice(-third)))],
      ['memory afterwards, MB', megabytes(workerd())],
      ['CPU a token, µs', (cpu / (streams * tokens)).toFixed(0)],
    ]
    console.log(table([`${streams} streams of ${tokens} tokens, one every ${everyMs} ms`, ''], rows))
    for (const problem of new Set(broken)) console.error(`Broken: ${problem}`)
    return broken.length === 0
  } finally {
    await platform.stop()
    await origin.close()
  }
}

await timeFirstTokens()
if (!(await holdOpen())) process.exitCode = 1
