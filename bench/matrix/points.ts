import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Deployment } from '../../shared/domain/matrix/model/deployment.ts'
import { planMemory } from '../../shared/domain/matrix/model/memory.ts'
import { modelNamed } from '../../shared/domain/matrix/sources/lookup.ts'
import { MATRIX } from '../../shared/domain/matrix/sources/sources.gen.ts'
import type { Gpu, GpuName, Model, Precision } from '../../shared/domain/matrix/sources/sources.ts'
import { parseCsv } from '../complexity/csv.ts'

/** One measured point: mean times over a run in which `concurrency` requests were always open. */
export type Point = {
  readonly deployment: Deployment
  readonly engine: 'vllm' | 'sglang' | 'trtllm'
  readonly size: string
  readonly gpu: GpuName
  /** Points of one sweep of concurrency stay together when data are split. */
  readonly sweep: string
  /** Measured together: one file of one source. */
  readonly run: string
  readonly promptTokens: number
  readonly outputTokens: number
  readonly concurrency: number
  readonly timeToFirstTokenMs: number
  readonly timePerOutputTokenMs: number
}

/** Measured, but not a model of the matrix. From its config.json. */
const QWEN3_32B: Model = {
  name: 'Qwen/Qwen3-32B',
  tier: 'l',
  parameters: 32_762_123_264,
  activeParameters: 32_762_123_264,
  layers: 64,
  hidden: 5_120,
  intermediate: 25_600,
  vocabulary: 151_936,
  attention: { kind: 'grouped', queryHeads: 64, kvHeads: 8, headDimension: 128 },
  experts: null,
  nativePrecision: 'bf16',
  contextTokens: 40_960,
  source: 'https://huggingface.co/Qwen/Qwen3-32B/blob/main/config.json',
  readOn: '2026-11-25',
}

const MODELS: readonly (readonly [RegExp, string, () => Model])[] = [
  [/Llama-3\.1-8B/, '8B', () => modelNamed('meta-llama/Llama-3.1-8B-Instruct')],
  [/Qwen3-32B/, '32B', () => QWEN3_32B],
  [/Llama-3\.1-70B/, '70B', () => modelNamed('meta-llama/Llama-3.1-70B-Instruct')],
  [/DeepSeek-(?:V3|R1)$/, '671B', () => modelNamed('deepseek-ai/DeepSeek-V3')],
]
const PRECISIONS: Readonly<Record<string, Precision>> = { '': 'bf16', bf16: 'bf16', fp8: 'fp8', fp4: 'nvfp4' }
const GPUS: Readonly<Record<string, Gpu>> = {
  b200_sxm: MATRIX.gpus.b200,
  h200_sxm: MATRIX.gpus.h200,
  h100_sxm: MATRIX.gpus.h100,
}

/** Sequences wait when the cache is full, in the measurements as in the plan. */
export const kvCapacity = (deployment: Deployment): number => planMemory(deployment).kvCapacityTokens

/** Aggregated serving on one node, tensor parallel only: what the matrix plans. Empty where the data are absent. */
export function readPoints(folder: string): Point[] {
  const rows = parseCsv(readFileSync(join(folder, 'aic/silicon_sample.csv'), 'utf8'))
  return rows.flatMap((row) => pointOf((name) => row.get(name) ?? '') ?? [])
}

function pointOf(field: (name: string) => string): Point | null {
  const [, size, model] = MODELS.find(([pattern]) => pattern.test(field('model_path'))) ?? []
  const gpu = GPUS[field('system')]
  const precision = PRECISIONS[field('precision')]
  const engine = (['vllm', 'sglang', 'trtllm'] as const).find((name) => name === field('backend'))
  if (!size || !model || !gpu || !precision || !engine || !isPlain(field)) return null
  const tensorParallel = Number(field('tp_size'))
  const shape = [field('isl'), field('osl'), field('tp_size'), precision, field('backend_version')]
  return {
    deployment: { model: model(), gpu, precision, tensorParallel, pipelineParallel: 1 },
    engine,
    size,
    gpu: gpu.name,
    sweep: [size, gpu.name, engine, ...shape].join(' '),
    run: [size, gpu.name, engine, field('silicon_data_source').split(';')[0]].join(' '),
    promptTokens: Number(field('isl')),
    outputTokens: Number(field('osl')),
    concurrency: Number(field('batch_size')),
    timeToFirstTokenMs: Number(field('silicon_ttft_ms')),
    timePerOutputTokenMs: Number(field('silicon_tpot_ms')),
  }
}

const isPlain = (field: (name: string) => string): boolean =>
  field('mode') === 'agg' &&
  field('pp_size') === '1' &&
  ['', '0', '1'].includes(field('attention_dp_size')) &&
  ['', '0', '1'].includes(field('moe_ep_size')) &&
  Number(field('tp_size')) <= 8 &&
  Number(field('silicon_tpot_ms')) > 0
