import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { REASON_CODES } from '../../../shared/domain/matrix/cells/cell.ts'
import type { Deployment } from '../../../shared/domain/matrix/model/deployment.ts'
import { layoutReasons } from '../../../shared/domain/matrix/model/layout.ts'
import { MATRIX } from '../../../shared/domain/matrix/sources/sources.gen.ts'
import { GPU_NAMES, type GpuName, type Precision } from '../../../shared/domain/matrix/sources/sources.ts'

function deploy(
  name: string,
  precision: Precision,
  tensorParallel: number,
  gpuName: GpuName = 'h100',
): Deployment {
  const model = MATRIX.models.find((candidate) => candidate.name.endsWith(name))
  if (!model) throw new Error(`No model ${name}`)
  // As many in a node as are asked for, so that only the model is in the way.
  const gpu = { ...MATRIX.gpus[gpuName], gpusPerNode: Math.max(8, tensorParallel) }
  return { model, gpu, precision, tensorParallel, pipelineParallel: 1 }
}
const codesOf = (deployment: Deployment) => layoutReasons(deployment).map(({ code }) => code)

describe('what stands against a layout', () => {
  it.each<[string, Precision, number, number]>([
    // 29,568 / 128 = 231 is odd; 13,824 / 8 = 1,728 = 13.5 × 128.
    ['Qwen2.5-72B-Instruct', 'w4', 1, 2],
    ['Qwen2.5-14B-Instruct', 'w4', 4, 8],
    // 2,048 / 32 = 64.
    ['DeepSeek-V3', 'fp8', 16, 32],
  ])(
    'is that groups of %s in %s divide over %i GPUs, but not over %i',
    (name, precision, widest, tooWide) => {
      expect(codesOf(deploy(name, precision, widest))).toEqual([])
      expect(codesOf(deploy(name, precision, tooWide))).toEqual(['group_not_divisible'])
    },
  )

  it('is nothing where experts have narrower groups: 1,536 / 8 = 192 is three of 64', () => {
    expect(codesOf(deploy('DeepSeek-V2.5', 'w4', 8))).toEqual([])
  })

  it('is that experts leave less than the narrowest group: 1,536 / 128 = 12', () => {
    const { model, ...deployment } = deploy('DeepSeek-V2.5', 'w4', 128)
    const narrow = { ...deployment, model: { ...model, intermediate: 128 * 128 } }
    expect(layoutReasons(narrow)).toEqual([
      {
        code: 'group_not_divisible',
        message:
          "The experts' intermediate size 1536 over 128 GPUs is 12 each, not a multiple of the 32 weights that share a scale; a checkpoint padded to 4096 would do.",
      },
    ])
  })

  // Over 8 GPUs in blocks of 128 only multiples of 1,024 divide.
  it.each([
    ['dense layers', { intermediate: 1_536 }, {}, 'intermediate size 1536'],
    ['experts', {}, { intermediate: 1_536 }, "experts' intermediate size 1536"],
  ])('is that %s do not divide', (_, ofModel, ofExperts, width) => {
    const { model, ...deployment } = deploy('DeepSeek-V3', 'fp8', 8)
    const experts = model.experts && { ...model.experts, ...ofExperts }
    const cut = { ...deployment, model: { ...model, ...ofModel, experts } }
    expect(layoutReasons(cut).map(({ message }) => message)).toEqual([
      expect.stringContaining(`The ${width} over 8 GPUs`),
    ])
  })

  it('is that shared experts do not divide where the others do: 2 × 1,536 / 16 = 192 is not of 128', () => {
    expect(layoutReasons(deploy('DeepSeek-V2.5', 'w4', 16)).map(({ message }) => message)).toEqual([
      expect.stringContaining("The shared experts' intermediate size 3072 over 16 GPUs"),
    ])
  })

  it('is not the width of dense layers where all layers have experts', () => {
    const { model, ...deployment } = deploy('DeepSeek-V3', 'fp8', 8)
    const experts = model.experts && { ...model.experts, denseLayers: 0 }
    expect(codesOf({ ...deployment, model: { ...model, intermediate: 1_536, experts } })).toEqual([])
  })

  // Qwen padded its own 4-bit checkpoints of 72B to this size: https://github.com/QwenLM/Qwen3-VL/issues/231
  it('is gone in a checkpoint padded to the size that it names', () => {
    const { model, ...deployment } = deploy('Qwen2.5-72B-Instruct', 'w4', 8)
    const [reason] = layoutReasons({ ...deployment, model })
    expect(reason?.message).toBe(
      'The intermediate size 29568 over 8 GPUs is 3696 each, not a multiple of the 128 weights that share a scale; a checkpoint padded to 29696 would do.',
    )
    expect(layoutReasons({ ...deployment, model: { ...model, intermediate: 29_696 } })).toEqual([])
  })

  it.each<Precision>(['bf16', 'fp8', 'nvfp4'])('is not a group of 128 in %s', (precision) => {
    expect(codesOf(deploy('Qwen2.5-72B-Instruct', precision, 8, 'b200'))).toEqual([])
  })

  it('is that query heads do not divide: 24 over 16 GPUs', () => {
    expect(layoutReasons(deploy('Llama-3.2-3B-Instruct', 'bf16', 16))).toEqual([
      { code: 'heads_not_divisible', message: '24 query heads do not divide over 16 GPUs.' },
    ])
    expect(codesOf(deploy('Llama-3.2-3B-Instruct', 'bf16', 8))).toEqual([])
  })

  it('is that key heads neither divide nor can be copied evenly: 8 over 5 GPUs, but not 2 over 8', () => {
    expect(layoutReasons(deploy('Qwen2.5-14B-Instruct', 'bf16', 5))).toEqual([
      { code: 'heads_not_divisible', message: '8 key-value heads do not divide over 5 GPUs.' },
    ])
    expect(codesOf(deploy('Qwen2.5-3B-Instruct', 'bf16', 8))).toEqual([])
  })

  it('is that tensor parallelism would leave the node', () => {
    const deployment = deploy('Llama-3.1-70B-Instruct', 'bf16', 8)
    const gpu = { ...deployment.gpu, gpusPerNode: 4 }
    expect(layoutReasons({ ...deployment, gpu })).toEqual([
      {
        code: 'too_few_gpus',
        message: 'Tensor parallelism over 8 GPUs leaves the node, which holds 4.',
      },
    ])
  })

  it('is a preference where FP8 is only how weights are stored, and nothing from sm 89 up', () => {
    const without = GPU_NAMES.filter((gpuName) =>
      codesOf(deploy('Llama-3.1-8B-Instruct', 'fp8', 1, gpuName)).includes('no_fp8_arithmetic'),
    )
    expect(without).toEqual(['a100'])
    expect(REASON_CODES.no_fp8_arithmetic).toBe('preference')
  })

  it('blocks NVFP4 everywhere but on Blackwell', () => {
    const blocked = GPU_NAMES.filter((gpuName) =>
      codesOf(deploy('Llama-3.1-8B-Instruct', 'nvfp4', 1, gpuName)).some(
        (code) => REASON_CODES[code] === 'blocking',
      ),
    )
    expect(blocked).toEqual(['h200', 'h100', 'a100', 'l40s', 'rtx4090'])
  })

  it('is nothing against one GPU and arithmetic that it has', () => {
    fc.assert(
      fc.property(fc.constantFrom(...MATRIX.models), fc.constantFrom(...GPU_NAMES), (model, gpuName) => {
        const gpu = MATRIX.gpus[gpuName]
        const lone = { model, gpu, tensorParallel: 1, pipelineParallel: 1 }
        expect(layoutReasons({ ...lone, precision: 'bf16' })).toEqual([])
        expect(layoutReasons({ ...lone, precision: 'w4' })).toEqual([])
      }),
    )
  })
})
