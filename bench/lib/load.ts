import { once } from 'node:events'
import autocannon from 'autocannon'
import { percentile } from './stats.ts'

export type Target = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type LoadResult = {
  readonly requests: number
  readonly errors: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Posts as fast as `connections` keep-alive connections allow. autocannon's own histogram has whole milliseconds, so latencies are kept here. */
export async function load(
  { url, headers, body }: Target,
  connections: number,
  seconds: number,
): Promise<LoadResult> {
  const latenciesMs: number[] = []
  const run = autocannon({
    url,
    method: 'POST',
    headers: { ...headers },
    body,
    connections,
    duration: seconds,
    timeout: 20,
  })
  run.on('response', (_client, status: number, _bytes, responseTimeMs: number) => {
    if (status === 200) latenciesMs.push(responseTimeMs)
  })
  const startedAt = performance.now()
  await once(run, 'done')
  const elapsedSeconds = (performance.now() - startedAt) / 1_000
  const result = await run
  latenciesMs.sort((a, b) => a - b)
  return {
    requests: latenciesMs.length,
    // Autocannon counts timeouts among errors.
    errors: result.errors + result.non2xx,
    requestsPerSecond: latenciesMs.length / elapsedSeconds,
    p50Ms: percentile(latenciesMs, 0.5),
    p99Ms: percentile(latenciesMs, 0.99),
  }
}
