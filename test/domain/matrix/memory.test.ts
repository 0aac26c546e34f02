import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Deployment,
  kvBytesPerToken,
  kvShards,
  weightBytes,
} from '../../../shared/domain/matrix/model/deployment.ts'
import { layoutReasons } from '../../../shared/domain/matrix/model/layout.ts'
import { type Layout, minimumLayout, planMemory } from '../../../shared/domain/matrix/model/memory.ts'
import { MATRIX } from '../../../shared/domain/matrix/sources/sources.gen.ts'
import {
  GPU_NAMES,
  type Gpu,
  type GpuName,
  type Model,
  type Precision,
} from '../../../shared/domain/matrix/sources/sources.ts'

const GB = 1e9
const MIB = 2 ** 20
const GIB = 2 ** 30

function modelNamed(name: string): Model {
  const model = MATRIX.models.find((candidate) => candidate.name.endsWith(name))
  if (!model) throw new Error(`No model ${name}`)
  return model
}
const LLAMA_70B = modelNamed('Llama-3.1-70B-Instruct')
const DEEPSEEK_V3 = modelNamed('DeepSeek-V3')
const PHI_3 = modelNamed('Phi-3-mini-4k-instruct')

/** Eight sequences of 8,192 tokens on vLLM as it was until 0.21. */
const PLANNED = { sequences: 8, tokens: 8_192, utilisation: 0.9 }
const PLANNED_TOKENS = PLANNED.sequences * PLANNED.tokens

/** `4` for tensor parallel over 4 GPUs, `8x2` for that over 8 in each of two pipeline stages. */
const written = (layout: Layout | null) =>
  [layout?.tensorParallel, layout?.pipelineParallel]
    .filter((ways, index) => index === 0 || ways !== 1)
    .join('x')
function read(layout: string): Layout {
  const [tensorParallel = 0, pipelineParallel = 1] = layout.split('x').map(Number)
  return { tensorParallel, pipelineParallel }
}

/** The fewest GPUs with the facts' own figures; a minus where the precision has no arithmetic. In the order of `GPU_NAMES`. */
const TABLE: readonly (readonly [string, Precision, string])[] = [
  ['Qwen2.5-3B-Instruct', 'bf16', '1 1 1 1 1 1'],
  ['Llama-3.2-3B-Instruct', 'bf16', '1 1 1 1 1 1'],
  ['Phi-3-mini-4k-instruct', 'bf16', '1 1 1 1 1 2'],
  ['Llama-3.1-8B-Instruct', 'bf16', '1 1 1 1 1 2'],
  ['Llama-3.1-8B-Instruct', 'fp8', '1 1 1 - 1 1'],
  ['Qwen2.5-14B-Instruct', 'bf16', '1 1 1 1 2 4'],
  ['Qwen2.5-14B-Instruct', 'fp8', '1 1 1 - 1 2'],
  ['Qwen2.5-14B-Instruct', 'w4', '1 1 1 1 1 2'],
  ['Llama-3.1-70B-Instruct', 'bf16', '1 2 4 4 8 8x2'],
  ['Llama-3.1-70B-Instruct', 'fp8', '1 1 2 - 4 8'],
  ['Llama-3.1-70B-Instruct', 'w4', '1 1 1 1 2 4'],
  ['DeepSeek-V2.5', 'bf16', '4 4 8 8 8x2 8x4'],
  ['DeepSeek-V2.5', 'fp8', '2 2 4 - 8 8x2'],
  ['DeepSeek-V2.5', 'w4', '1 2 2 2 4 8x2'],
  ['Llama-3.1-405B-Instruct', 'bf16', '8 8 8x2 8x2 8x4 8x8'],
  ['Llama-3.1-405B-Instruct', 'fp8', '4 4 8 - 8x2 8x4'],
  ['Llama-3.1-405B-Instruct', 'w4', '2 4 4 4 8 8x2'],
  ['DeepSeek-V3', 'fp8', '8 8 8x2 - 8x4 8x8'],
  ['DeepSeek-V3', 'w4', '4 4 8 8 8x2 8x4'],
]
const CELLS = TABLE.flatMap(([name, precision, row]) =>
  row.split(' ').map((expected, index) => {
    const gpuName = GPU_NAMES[index] ?? 'b200'
    return { name, precision, gpuName, expected }
  }),
)
const COMPUTED = CELLS.filter(({ expected }) => expected !== '-')
const WEIGHT_ONLY = CELLS.filter(({ expected }) => expected === '-')

/** GB of one GPU for weights and cache, as if nothing else took any; and for everything, its tolerance for the cache included. */
function neededGb(deployment: Deployment) {
  const { model, precision, tensorParallel, pipelineParallel } = deployment
  const cache = (PLANNED_TOKENS * kvBytesPerToken(model)) / kvShards(model, tensorParallel) / pipelineParallel
  const plan = planMemory(deployment, PLANNED)
  const others = plan.weightBytes + plan.activationBytes + plan.overheadBytes
  return {
    simple: (weightBytes(model, precision) / (tensorParallel * pipelineParallel) + cache) / GB,
    full: (others + (PLANNED_TOKENS * plan.kvBytesPerToken) / 0.98) / GB,
    budget: plan.budgetBytes / GB,
  }
}

describe('the least parallel layout', () => {
  it.each(COMPUTED)('of $name in $precision on $gpuName is $expected', (cell) => {
    const { name, precision, gpuName, expected } = cell
    expect(written(minimumLayout(modelNamed(name), MATRIX.gpus[gpuName], precision, PLANNED))).toBe(expected)
  })

  it.each(WEIGHT_ONLY)('of $name in fp8 on $gpuName exists, though only weights are stored so', (cell) => {
    const [model, gpu] = [modelNamed(cell.name), MATRIX.gpus[cell.gpuName]]
    const layout = minimumLayout(model, gpu, 'fp8', PLANNED)
    // The same memory and one more arithmetic: what the table says of H100.
    expect(layout).toEqual(minimumLayout(model, MATRIX.gpus.h100, 'fp8', PLANNED))
    const deployment = {
      model,
      gpu,
      precision: 'fp8' as const,
      tensorParallel: 1,
      pipelineParallel: 1,
      ...layout,
    }
    expect(layoutReasons(deployment).map(({ code }) => code)).toEqual(['no_fp8_arithmetic'])
  })

  // Ten cells tell that the table is not weights and cache alone: those would fit on fewer GPUs than it says.
  it.each<[string, Precision, GpuName, string, number, number, number]>([
    ['Qwen2.5-14B-Instruct', 'bf16', 'l40s', '1', 42.4, 47.3, 43.5],
    ['Qwen2.5-14B-Instruct', 'bf16', 'rtx4090', '2', 21.2, 26.0, 23.2],
    ['Qwen2.5-14B-Instruct', 'w4', 'rtx4090', '1', 21.2, 26.1, 23.2],
    ['Llama-3.1-70B-Instruct', 'bf16', 'l40s', '4', 40.6, 45.6, 43.5],
    ['Llama-3.1-70B-Instruct', 'bf16', 'rtx4090', '8', 20.3, 25.2, 23.2],
    ['Llama-3.1-70B-Instruct', 'fp8', 'rtx4090', '4', 23.0, 28.0, 23.2],
    ['DeepSeek-V2.5', 'w4', 'rtx4090', '8', 21.1, 26.7, 23.2],
    ['Llama-3.1-405B-Instruct', 'w4', 'h200', '2', 131.1, 137.1, 136.3],
    ['DeepSeek-V3', 'fp8', 'b200', '4', 172.4, 178.0, 173.9],
    ['DeepSeek-V3', 'fp8', 'rtx4090', '8x4', 22.1, 30.0, 23.2],
  ])('of %s in %s on %s is more than %s: %d GB without buffers, %d with them, of %d', (...row) => {
    const [name, precision, gpuName, layout, simple, full, budget] = row
    const needed = neededGb({
      model: modelNamed(name),
      gpu: MATRIX.gpus[gpuName],
      precision,
      ...read(layout),
    })
    expect(needed.simple).toBeCloseTo(simple, 1)
    expect(needed.full).toBeCloseTo(full, 1)
    expect(needed.budget).toBeCloseTo(budget, 1)
    expect(needed.simple).toBeLessThan(needed.budget)
    expect(needed.full).toBeGreaterThan(needed.budget)
  })

  // What is sold as 80 GB is 80 GiB. Taken at its word it would need more GPUs in nine cells of the table.
  it.each<[string, Precision, GpuName, number, string, number, string]>([
    ['Llama-3.1-70B-Instruct', 'bf16', 'b200', 180, '1', 168.1, '2'],
    ['DeepSeek-V2.5', 'bf16', 'h200', 141, '4', 128.0, '8'],
    ['DeepSeek-V2.5', 'bf16', 'rtx4090', 24, '8x4', 21.7, '8x8'],
    ['DeepSeek-V2.5', 'fp8', 'h200', 141, '2', 128.2, '4'],
    ['DeepSeek-V2.5', 'fp8', 'rtx4090', 24, '8x2', 22.8, '8x4'],
    ['DeepSeek-V2.5', 'w4', 'h100', 80, '2', 76.7, '4'],
    ['DeepSeek-V2.5', 'w4', 'a100', 80, '2', 76.7, '4'],
    ['DeepSeek-V2.5', 'w4', 'l40s', 48, '4', 43.3, '8'],
    ['Llama-3.1-405B-Instruct', 'w4', 'rtx4090', 24, '8x2', 22.0, '8x4'],
  ])('of %s in %s on %s with %d decimal GB is not %s, which takes %d GB, but %s', (...row) => {
    const [name, precision, gpuName, soldGb, layout, full, decimalLayout] = row
    const model = modelNamed(name)
    const gpu = { ...MATRIX.gpus[gpuName], memoryBytes: soldGb * GB }
    const needed = neededGb({ model, gpu, precision, ...read(layout) })
    expect(needed.full).toBeCloseTo(full, 1)
    expect(needed.full).toBeGreaterThan(needed.budget)
    expect(written(minimumLayout(model, gpu, precision, PLANNED))).toBe(decimalLayout)
  })

  it('differs in one cell with the 0.92 of vLLM today: Llama-3.1-405B in w4 on two H200', () => {
    const today = { ...PLANNED, utilisation: undefined }
    const different = COMPUTED.filter(
      ({ name, precision, gpuName, expected }) =>
        written(minimumLayout(modelNamed(name), MATRIX.gpus[gpuName], precision, today)) !== expected,
    )
    expect(different).toEqual([
      { name: 'Llama-3.1-405B-Instruct', precision: 'w4', gpuName: 'h200', expected: '4' },
    ])
  })

  it('of Phi-3 on an RTX 4090 is 1 for six of its 4,096 tokens; for eight, only if buffers took nothing', () => {
    const lone = { model: PHI_3, gpu: MATRIX.gpus.rtx4090, precision: 'bf16', ...read('1') } as const
    const fits = (sequences: number) =>
      written(minimumLayout(PHI_3, lone.gpu, 'bf16', { ...PLANNED, sequences, tokens: 4_096 }))
    expect([6, 7, 8].map(fits)).toEqual(['1', '2', '2'])
    const eight = weightBytes(PHI_3, 'bf16') + 8 * 4_096 * kvBytesPerToken(PHI_3)
    expect(eight).toBeLessThan(planMemory(lone, PLANNED).budgetBytes)
  })

  it('is narrower inside a node where groups of weights do not divide over it', () => {
    // 13,824 / 8 is not a multiple of 128.
    const layouts = (['bf16', 'w4'] as const).map((precision) =>
      minimumLayout(modelNamed('Qwen2.5-14B-Instruct'), MATRIX.gpus.rtx4090, precision, {
        ...PLANNED,
        sequences: 48,
      }),
    )
    expect(layouts.map(written)).toEqual(['8', '4x2'])
  })

  it('stays inside nodes smaller than eight', () => {
    const gpu = { ...MATRIX.gpus.l40s, gpusPerNode: 4 }
    expect(written(minimumLayout(LLAMA_70B, gpu, 'bf16', PLANNED))).toBe('4x2')
  })

  it.each<[string, Model, GpuName, Precision, number]>([
    ['its precision has no arithmetic there', LLAMA_70B, 'h100', 'nvfp4', 8],
    ['64 GPUs do not hold what it is to remember', LLAMA_70B, 'rtx4090', 'bf16', 2_000],
  ])('is none where %s', (_, model, gpuName, precision, sequences) => {
    expect(minimumLayout(model, MATRIX.gpus[gpuName], precision, { ...PLANNED, sequences })).toBeNull()
  })
})

describe('the memory of one GPU', () => {
  it('of Llama-3.1-70B in FP8 on two H100 is what can be computed by hand', () => {
    const deployment = { model: LLAMA_70B, gpu: MATRIX.gpus.h100, precision: 'fp8', ...read('2') } as const
    const plan = planMemory(deployment)
    expect(plan).toMatchObject({
      budgetBytes: Math.floor(0.92 * 80 * GIB),
      weightBytes: 70_553_706_496 / 2,
      activationBytes: 2 * 8_192 * 64 * 128 * 6,
      overheadBytes: 3.5 * GIB + 342 * MIB,
      kvBytesPerToken: 2 * 80 * 4 * 128 * 2,
    })
    // 79.03 - 35.28 - 0.81 - 4.12 GB are left.
    expect(plan.kvBytes / GB).toBeCloseTo(38.83, 2)
    expect(plan.kvCapacityTokens).toBe(Math.floor((plan.kvBytes * 0.98) / 163_840))
  })

  // InferenceX, vLLM, 64 at once with 8,192 tokens in and 1,024 out: the first token came after 59 s, 39.8 s and 1.7 s.
  it.each<[GpuName, string, boolean]>([
    ['h100', '2', false],
    ['h200', '1', false],
    ['h100', '4', true],
  ])('of Llama-3.1-70B in FP8 on %s × %s is enough for 64 long prompts, as measured: %s', (...row) => {
    const [gpuName, layout, isEnough] = row
    const deployment = {
      model: LLAMA_70B,
      gpu: MATRIX.gpus[gpuName],
      precision: 'fp8',
      ...read(layout),
    } as const
    const { kvCapacityTokens } = planMemory(deployment, { utilisation: 0.9 })
    expect(kvCapacityTokens >= 64 * (8_192 + 1_024)).toBe(isEnough)
  })

  it('holds a latent cache whole on every GPU of a tensor-parallel group', () => {
    const plans = [1, 2, 4, 8].map((tensorParallel) =>
      planMemory({
        model: DEEPSEEK_V3,
        gpu: MATRIX.gpus.b200,
        precision: 'w4',
        tensorParallel,
        pipelineParallel: 1,
      }),
    )
    expect(plans.map((plan) => plan.kvBytesPerToken)).toEqual([70_272, 70_272, 70_272, 70_272])
  })

  it('is that of the stage with most layers: 16 of the 61 of DeepSeek-V3, whose other layers weigh less', () => {
    const deployment = {
      model: DEEPSEEK_V3,
      gpu: MATRIX.gpus.h100,
      precision: 'fp8',
      ...read('8x4'),
    } as const
    const plan = planMemory(deployment)
    expect(plan.kvBytesPerToken).toBe(16 * 576 * 2)
    const share = (plan.weightBytes * 8) / weightBytes(DEEPSEEK_V3, 'fp8')
    // 16 of the 58 layers with experts, and one table of the vocabulary.
    expect(share).toBeGreaterThan(16 / 58)
    expect(share).toBeLessThan(16 / 58 + (129_280 * 7_168) / DEEPSEEK_V3.parameters)
  })

  it('holds no tokens where weights do not fit', () => {
    const lone = { model: LLAMA_70B, gpu: MATRIX.gpus.h100, precision: 'bf16', ...read('1') } as const
    const plan = planMemory(lone)
    expect(plan.kvBytes).toBeLessThan(0)
    expect(plan.kvCapacityTokens).toBe(0)
  })
})

const grouped = fc
  .record({
    kvHeads: fc.constantFrom(2, 4, 8, 16, 32),
    queriesPerHead: fc.constantFrom(2, 4, 8),
    headDimension: fc.constantFrom(64, 96, 128),
    layers: fc.integer({ min: 16, max: 130 }),
    parameters: fc.integer({ min: 1e9, max: 5e11 }),
  })
  // Narrower models than 2,048 are not served on several GPUs: buffers of NCCL would outweigh them.
  .filter(({ kvHeads, queriesPerHead, headDimension }) => kvHeads * queriesPerHead * headDimension >= 2_048)
  .map(({ kvHeads, queriesPerHead, headDimension, layers, parameters }): Model => {
    const attention = {
      kind: 'grouped',
      queryHeads: kvHeads * queriesPerHead,
      kvHeads,
      headDimension,
    } as const
    return { ...LLAMA_70B, parameters, activeParameters: parameters, layers, hidden: 2_048, attention }
  })
const anyGpu = fc.constantFrom(...GPU_NAMES).map((name): Gpu => MATRIX.gpus[name])
const anyDeployment = fc.record({
  model: fc.oneof(grouped, fc.constantFrom(...MATRIX.models)),
  gpu: anyGpu,
  precision: fc.constantFrom<Precision>('bf16', 'fp8', 'w4'),
  tensorParallel: fc.constantFrom(1, 2, 4, 8),
  pipelineParallel: fc.constantFrom(1, 2, 3, 4, 8),
})

describe('any deployment', () => {
  it('divides its budget between its parts to the byte', () => {
    fc.assert(
      fc.property(anyDeployment, fc.integer({ min: 1, max: 65_536 }), (deployment, maxBatchedTokens) => {
        const plan = planMemory(deployment, { maxBatchedTokens })
        const parts = plan.weightBytes + plan.activationBytes + plan.overheadBytes + plan.kvBytes
        expect(parts).toBe(plan.budgetBytes)
      }),
    )
  })

  it('holds all weights at least, over all GPUs', () => {
    fc.assert(
      fc.property(anyDeployment, (deployment) => {
        const { model, precision, tensorParallel, pipelineParallel } = deployment
        const held = planMemory(deployment).weightBytes * tensorParallel * pipelineParallel
        expect(held).toBeGreaterThanOrEqual(weightBytes(model, precision) * (1 - 1e-9))
      }),
    )
  })

  it('never remembers less with more memory, or with more of it to use', () => {
    fc.assert(
      fc.property(
        anyDeployment,
        fc.integer({ min: 0, max: 200 * GIB }),
        fc.double({ min: 0, max: 0.08, noNaN: true }),
        (deployment, extraBytes, extraShare) => {
          const gpu = { ...deployment.gpu, memoryBytes: deployment.gpu.memoryBytes + extraBytes }
          const { kvCapacityTokens } = planMemory(deployment)
          expect(planMemory({ ...deployment, gpu }).kvCapacityTokens).toBeGreaterThanOrEqual(kvCapacityTokens)
          const freer = planMemory(deployment, { utilisation: 0.92 + extraShare })
          expect(freer.kvCapacityTokens).toBeGreaterThanOrEqual(kvCapacityTokens)
        },
      ),
    )
  })

  it('never remembers less when twice as many GPUs share grouped heads, while there is a head for each', () => {
    fc.assert(
      fc.property(anyDeployment, grouped, (deployment, model) => {
        const { tensorParallel } = deployment
        fc.pre(tensorParallel * 2 <= kvShards(model, tensorParallel * 2))
        const { kvCapacityTokens } = planMemory({ ...deployment, model })
        const wider = planMemory({ ...deployment, model, tensorParallel: tensorParallel * 2 })
        expect(wider.kvCapacityTokens).toBeGreaterThanOrEqual(kvCapacityTokens)
      }),
    )
  })

  it('divides the cache of a token over as many GPUs as there are heads, and copies it on the others', () => {
    fc.assert(
      fc.property(anyDeployment, grouped, (deployment, model) => {
        const { kvBytesPerToken: share } = planMemory({ ...deployment, model, pipelineParallel: 1 })
        const shards = kvShards(model, deployment.tensorParallel)
        expect(share * shards).toBeCloseTo(kvBytesPerToken(model), 3)
      }),
    )
  })
})
