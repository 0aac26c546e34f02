/** What a vLLM server says of its load at this moment, over all its engines. Source: vllm/v1/metrics/loggers.py. */
export type VllmLoad = {
  readonly running: number
  readonly waiting: number
  /** Of the fullest engine, 0..1. */
  readonly kvCacheUsage: number
}

/** One sample of a gauge; names that only begin like one, such as `…_waiting_by_reason`, do not match. */
const SAMPLE =
  /^vllm:(num_requests_running|num_requests_waiting|kv_cache_usage_perc)(?:\{[^\n]*\})?[ \t]+(\S+)/gm

/** Reads Prometheus text. Null when the server does not tell both how many requests run and how many wait. */
export function parseVllmMetrics(text: string): VllmLoad | null {
  const values = { num_requests_running: 0, num_requests_waiting: 0, kv_cache_usage_perc: 0 }
  const seen = new Set<string>()
  for (const [, name, sample] of text.matchAll(SAMPLE)) {
    const value = Number(sample)
    if (!isGauge(name, values) || !Number.isFinite(value) || value < 0) continue
    seen.add(name)
    values[name] =
      name === 'kv_cache_usage_perc' ? Math.min(1, Math.max(values[name], value)) : values[name] + value
  }
  if (!seen.has('num_requests_running') || !seen.has('num_requests_waiting')) return null
  return {
    running: values.num_requests_running,
    waiting: values.num_requests_waiting,
    kvCacheUsage: values.kv_cache_usage_perc,
  }
}

const isGauge = <Gauges extends object>(
  name: string | undefined,
  gauges: Gauges,
): name is string & keyof Gauges => name !== undefined && name in gauges
