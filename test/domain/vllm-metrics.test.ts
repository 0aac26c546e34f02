import { expect, it } from 'vitest'
import { parseVllmMetrics } from '../../shared/domain/vllm-metrics.ts'

const page = `# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running{engine="0",model_name="meta/llama {8b}"} 12.0
vllm:num_requests_running{engine="1",model_name="meta/llama {8b}"} 3.0
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting{engine="0",model_name="m"} 4.0
vllm:num_requests_waiting{engine="1",model_name="m"} 0.0
vllm:num_requests_waiting_by_reason{engine="0",model_name="m",reason="capacity"} 4.0
vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.75
vllm:kv_cache_usage_perc{engine="1",model_name="m"} 0.25
vllm:num_preemptions_total{engine="0",model_name="m"} 7.0
`

it('adds up the engines of a server, and takes the fullest cache', () => {
  expect(parseVllmMetrics(page)).toEqual({ running: 15, waiting: 4, kvCacheUsage: 0.75 })
})

it('reads numbers without labels, and passes over what is no number', () => {
  const text = `vllm:num_requests_running 2 1700000000000
vllm:num_requests_running{engine="1"} +Inf
vllm:num_requests_waiting NaN
vllm:num_requests_waiting{engine="1"} 1e1
vllm:kv_cache_usage_perc{engine="0"} NaN`
  expect(parseVllmMetrics(text)).toEqual({ running: 2, waiting: 10, kvCacheUsage: 0 })
})

it('says nothing for a page that does not tell the load', () => {
  for (const text of [
    '',
    '<html>vllm:num_requests_running 3</html>',
    '# vllm:num_requests_running 1',
    'vllm:num_requests_running NaN',
  ])
    expect(parseVllmMetrics(text)).toBeNull()
})
