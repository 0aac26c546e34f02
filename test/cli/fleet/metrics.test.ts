import { describe, expect, it, onTestFinished } from 'vitest'
import { type OriginOptions, startOrigin } from '../../../cli/fleet/origin.ts'

const TTFT_EDGES =
  '0.001 0.005 0.01 0.02 0.04 0.06 0.08 0.1 0.25 0.5 0.75 1.0 2.5 5.0 7.5 10.0 20.0 40.0 80.0 160.0 640.0 2560.0 +Inf'
const E2E_EDGES =
  '0.3 0.5 0.8 1.0 1.5 2.0 2.5 5.0 10.0 15.0 20.0 30.0 40.0 50.0 60.0 120.0 240.0 480.0 960.0 1920.0 7680.0 +Inf'

/** vllm/v1/metrics/loggers.py and vLLM's docs/design/metrics.md: what our own router, alerts and dashboards may rely on. */
const VLLM = {
  'vllm:num_requests_running': 'gauge',
  'vllm:num_requests_waiting': 'gauge',
  'vllm:num_requests_waiting_by_reason': 'gauge',
  'vllm:kv_cache_usage_perc': 'gauge',
  'vllm:prefix_cache_queries_total': 'counter',
  'vllm:prefix_cache_hits_total': 'counter',
  'vllm:num_preemptions_total': 'counter',
  'vllm:prompt_tokens_total': 'counter',
  'vllm:generation_tokens_total': 'counter',
  'vllm:request_success_total': 'counter',
  'vllm:time_to_first_token_seconds': 'histogram',
  'vllm:inter_token_latency_seconds': 'histogram',
  'vllm:e2e_request_latency_seconds': 'histogram',
  'vllm:request_queue_time_seconds': 'histogram',
}

const SAMPLE = /^(?<name>[a-z_:0-9]+)\{(?<labels>[^}]*)\} (?<value>[-+\w.]+)$/

type Sample = { readonly name: string; readonly labels: Record<string, string>; readonly value: number }

function sampleOf(line: string): Sample {
  const { name = '', labels = '', value } = SAMPLE.exec(line)?.groups ?? {}
  if (value === undefined) throw new Error(`no sample: ${line}`)
  const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)]
  return {
    name,
    labels: Object.fromEntries(pairs.map(([, label = '', text = '']) => [label, text])),
    value: Number(value),
  }
}

/** Prometheus' text format as far as vLLM uses it; throws at a line that is none. */
function parse(text: string) {
  const lines = text.split('\n').filter(Boolean)
  const types = text.matchAll(/^# TYPE (\S+) (\w+)$/gm)
  const samples = lines.filter((line) => !line.startsWith('#')).map(sampleOf)
  const valueOf = (name: string, wanted: Record<string, string> = {}) =>
    samples.find(
      (sample) =>
        sample.name === name &&
        Object.entries(wanted).every(([label, value]) => sample.labels[label] === value),
    )?.value
  const edgesOf = (name: string) =>
    samples
      .filter((sample) => sample.name === `${name}_bucket`)
      .map(({ labels }) => labels['le'])
      .join(' ')
  return {
    types: Object.fromEntries(Array.from(types, ([, name, type]) => [name, type])),
    samples,
    valueOf,
    edgesOf,
  }
}

async function open(options: OriginOptions = {}) {
  const origin = await startOrigin({ model: 'org/model', answerTokenCount: 6, ...options })
  onTestFinished(() => origin.close())
  const ask = (content: string, more = {}) =>
    fetch(`${origin.url}/chat/completions`, {
      method: 'POST',
      body: JSON.stringify({ model: origin.model, messages: [{ role: 'user', content }], ...more }),
    })
  const scrape = async () => parse(await (await fetch(origin.url.replace('/v1', '/metrics'))).text())
  return { origin, ask, scrape }
}

describe('/metrics', () => {
  it('has exactly the names, types, labels and buckets of vLLM', async () => {
    const { scrape } = await open()
    const { types, samples, edgesOf } = await scrape()
    expect(types).toEqual(VLLM)
    for (const { labels } of samples) expect(labels).toMatchObject({ model_name: 'org/model', engine: '0' })
    expect(edgesOf('vllm:time_to_first_token_seconds')).toBe(TTFT_EDGES)
    expect(edgesOf('vllm:e2e_request_latency_seconds')).toBe(E2E_EDGES)
  })

  it('counts tokens, ends and times of what was answered', async () => {
    const { origin, ask, scrape } = await open({ tokenDelayMs: 12 })
    await (await ask('Count to six')).text()
    await (await ask('Count to two', { max_tokens: 2 })).text()
    const { valueOf } = await scrape()
    expect(valueOf('vllm:generation_tokens_total')).toBe(8)
    expect(valueOf('vllm:request_success_total', { finished_reason: 'stop' })).toBe(1)
    expect(valueOf('vllm:request_success_total', { finished_reason: 'length' })).toBe(1)
    expect(valueOf('vllm:prompt_tokens_total')).toBe(2 * 7)
    expect(valueOf('vllm:time_to_first_token_seconds_count')).toBe(2)
    expect(valueOf('vllm:inter_token_latency_seconds_count')).toBe(6)
    expect(valueOf('vllm:inter_token_latency_seconds_bucket', { le: '0.01' })).toBe(0)
    expect(valueOf('vllm:inter_token_latency_seconds_bucket', { le: '0.025' })).toBe(6)
    expect(valueOf('vllm:inter_token_latency_seconds_sum')).toBeCloseTo(6 * 0.012, 3)
    expect(origin.load()).toEqual({ running: 0, waiting: 0, kvTokens: 0 })
  })

  it('shows what runs, what waits for a place, and what clients gave up', async () => {
    const timing = {
      maxSequences: 2,
      maxStepTokens: 1_000,
      kvCapacityTokens: 100,
      entryMs: 0,
      stepMs: () => 10,
    }
    const { origin, scrape } = await open({ timing, answerTokenCount: 1_000, contextTokens: 2_000 })
    const leave = new AbortController()
    const body = JSON.stringify({
      model: origin.model,
      stream: true,
      messages: [{ role: 'user', content: 'Go' }],
    })
    const init = { method: 'POST', body, signal: leave.signal }
    await Promise.all([1, 2, 3].map(() => fetch(`${origin.url}/chat/completions`, init)))
    await expect.poll(async () => (await scrape()).valueOf('vllm:num_requests_running')).toBe(2)
    const { valueOf } = await scrape()
    expect(valueOf('vllm:num_requests_waiting')).toBe(1)
    expect(valueOf('vllm:num_requests_waiting_by_reason', { reason: 'capacity' })).toBe(1)
    expect(valueOf('vllm:kv_cache_usage_perc')).toBeGreaterThan(0)
    await expect.poll(async () => (await scrape()).valueOf('vllm:num_preemptions_total')).toBeGreaterThan(0)
    leave.abort()
    await expect.poll(async () => (await scrape()).valueOf('vllm:num_requests_running')).toBe(0)
    const after = await scrape()
    expect(after.valueOf('vllm:request_success_total', { finished_reason: 'abort' })).toBe(3)
    expect(after.valueOf('vllm:kv_cache_usage_perc')).toBe(0)
  })

  it('counts the tokens of a prompt that it has read before', async () => {
    const { ask, scrape } = await open()
    const beginning = 'The same beginning of two prompts. '.repeat(40)
    await (await ask(`${beginning} How many?`)).text()
    expect((await scrape()).valueOf('vllm:prefix_cache_hits_total')).toBe(0)
    await (await ask(`${beginning} How much?`)).text()
    const { valueOf } = await scrape()
    // Whole blocks of 16 tokens, four characters each, role included.
    const hits = 16 * Math.floor(`<user>${beginning} How m`.length / 64)
    expect(valueOf('vllm:prefix_cache_hits_total')).toBe(hits)
    expect(valueOf('vllm:prefix_cache_queries_total')).toBe(valueOf('vllm:prompt_tokens_total'))
  })
})
