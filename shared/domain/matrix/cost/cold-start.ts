import type { Provider } from '../sources/sources.ts'

/**
 * What vLLM takes besides reading weights. Process and configuration: 16 s (vllm#44881). Compiled graphs from a cache that is kept on a
 * volume: 8 s (7.5 s in vllm#20264, 5 s in vllm#44881; without the cache 43 s and more). Profiling of memory and capture of CUDA graphs:
 * 27 s (vllm#20264; the 210 s of vllm#44881 are kernels missing for one GPU that is not among ours).
 */
export const ENGINE_START_MS = { process: 16_000, compiledGraphs: 8_000, profiling: 27_000 } as const

/** Compiling graphs on the first start on a new volume, with no cache yet. */
export const UNCACHED_COMPILE_MS = 43_000

/** Milliseconds from nothing to the first answer of a new replica: a machine, its weights, the engine. */
export function coldStartMs(
  { provisionMs, loadBytesPerSecond }: Pick<Provider, 'provisionMs' | 'loadBytesPerSecond'>,
  weightBytes: number,
): number {
  const { process, compiledGraphs, profiling } = ENGINE_START_MS
  const loadMs = (1_000 * weightBytes) / loadBytesPerSecond
  return Math.ceil(provisionMs + loadMs) + process + compiledGraphs + profiling
}
