import type { Load } from './engine.ts'
import { createHistogram, type Labels, metricText } from './prometheus.ts'

// Names, labels and bucket edges of vllm/v1/metrics/loggers.py.
const TTFT_EDGES = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640,
  2560,
]
const BETWEEN_TOKENS_EDGES = [
  0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80,
]
const LATENCY_EDGES = [
  0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
]
const FINISHED_REASONS = ['stop', 'length', 'abort'] as const
type FinishedReason = (typeof FINISHED_REASONS)[number]

export type VllmMetrics = {
  scheduled(queueMs: number, promptTokens: number, cachedTokens: number): void
  /** `sinceMs`: since the arrival for the first token, since the one before for the others. */
  token(position: number, sinceMs: number): void
  preempted(): void
  finished(reason: FinishedReason, sinceArrivalMs: number): void
  /** Prometheus' text format. */
  text(load: Load, kvCapacityTokens: number): string
}

/** What a vLLM server counts of itself. */
export function createVllmMetrics(model: string): VllmMetrics {
  const labels = { model_name: model, engine: '0' }
  const totals = { prompt_tokens: 0, generation_tokens: 0, num_preemptions: 0 }
  const prefix = { prefix_cache_queries: 0, prefix_cache_hits: 0 }
  const finished = { stop: 0, length: 0, abort: 0 }
  const histograms = {
    time_to_first_token_seconds: createHistogram(TTFT_EDGES),
    inter_token_latency_seconds: createHistogram(BETWEEN_TOKENS_EDGES),
    e2e_request_latency_seconds: createHistogram(LATENCY_EDGES),
    request_queue_time_seconds: createHistogram(LATENCY_EDGES),
  }
  const { time_to_first_token_seconds: first, inter_token_latency_seconds: between } = histograms
  return {
    scheduled(queueMs, promptTokens, cachedTokens) {
      histograms.request_queue_time_seconds.observe(queueMs / 1_000)
      totals.prompt_tokens += promptTokens
      prefix.prefix_cache_queries += promptTokens
      prefix.prefix_cache_hits += cachedTokens
    },
    token(position, sinceMs) {
      totals.generation_tokens += 1
      const histogram = position === 0 ? first : between
      histogram.observe(sinceMs / 1_000)
    },
    preempted: () => void (totals.num_preemptions += 1),
    finished(reason, sinceArrivalMs) {
      finished[reason] += 1
      // vLLM leaves the ones that were given up out of its latencies.
      if (reason !== 'abort') histograms.e2e_request_latency_seconds.observe(sinceArrivalMs / 1_000)
    },
    text: (load, kvCapacityTokens) =>
      [
        ...gauges(load, kvCapacityTokens, labels),
        ...Object.entries({ ...prefix, ...totals }).map(([name, value]) =>
          metricText('counter', `vllm:${name}_total`, HELP[name] ?? name, [[labels, value]]),
        ),
        metricText(
          'counter',
          'vllm:request_success_total',
          'Count of successfully processed requests.',
          FINISHED_REASONS.map((reason) => [{ ...labels, finished_reason: reason }, finished[reason]]),
        ),
        ...Object.entries(histograms).map(([name, histogram]) =>
          histogram.text(`vllm:${name}`, HELP[name] ?? name, labels),
        ),
        '',
      ].join('\n'),
  }
}

const HELP: Readonly<Record<string, string>> = {
  prefix_cache_queries: 'Prefix cache queries, in terms of number of queried tokens.',
  prefix_cache_hits: 'Prefix cache hits, in terms of number of cached tokens.',
  num_preemptions: 'Cumulative number of preemption from the engine.',
  prompt_tokens: 'Number of prefill tokens processed.',
  generation_tokens: 'Number of generation tokens processed.',
  time_to_first_token_seconds: 'Histogram of time to first token in seconds.',
  inter_token_latency_seconds: 'Histogram of inter-token latency in seconds.',
  e2e_request_latency_seconds: 'Histogram of e2e request latency in seconds.',
  request_queue_time_seconds: 'Histogram of time spent in WAITING phase for request.',
}

function gauges({ running, waiting, kvTokens }: Load, kvCapacityTokens: number, labels: Labels): string[] {
  const gauge = (name: string, help: string, value: number) =>
    metricText('gauge', `vllm:${name}`, help, [[labels, value]])
  return [
    gauge('num_requests_running', 'Number of requests in model execution batches.', running),
    gauge('num_requests_waiting', 'Number of requests waiting to be processed.', waiting),
    metricText(
      'gauge',
      'vllm:num_requests_waiting_by_reason',
      'Number of requests waiting to be processed, by reason.',
      [
        [{ ...labels, reason: 'capacity' }, waiting],
        [{ ...labels, reason: 'deferred' }, 0],
      ],
    ),
    gauge('kv_cache_usage_perc', 'KV-cache usage. 1 means 100 percent usage.', kvTokens / kvCapacityTokens),
  ]
}
