import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CALIBRATION } from '../../../shared/domain/matrix/model/calibration.gen.ts'
import type { Deployment } from '../../../shared/domain/matrix/model/deployment.ts'
import { predictLoad, predictTimes, stepMs } from '../../../shared/domain/matrix/model/performance.ts'
import { decodeStepMs } from '../../../shared/domain/matrix/model/roofline.ts'
import type { Load } from '../../../shared/domain/matrix/model/times.ts'
import { modelNamed } from '../../../shared/domain/matrix/sources/lookup.ts'
import { MATRIX } from '../../../shared/domain/matrix/sources/sources.gen.ts'
import { type GpuName, PRECISIONS } from '../../../shared/domain/matrix/sources/sources.ts'

const on = (
  gpu: GpuName,
  tensorParallel: number,
  precision: Deployment['precision'],
  model = 'meta-llama/Llama-3.1-70B-Instruct',
): Deployment => ({
  model: modelNamed(model),
  gpu: MATRIX.gpus[gpu],
  precision,
  tensorParallel,
  pipelineParallel: 1,
})
const LLAMA_8B = 'meta-llama/Llama-3.1-8B-Instruct'
const MISTRAL_7B = 'mistralai/Mistral-7B-Instruct-v0.3'

/** Llama-3.1-70B on vLLM, 1024 tokens in and 1024 out: output tokens a second of one GPU with 4 at once, and milliseconds between tokens with 64 (InferenceX). */
const MEASURED: readonly (readonly [Deployment, number, number])[] = [
  [on('h100', 2, 'fp8'), 114, 28.8],
  [on('h100', 8, 'fp8'), 54, 15.5],
  [on('h200', 1, 'fp8'), 185, 37.4],
  [on('h200', 2, 'fp8'), 143, 22.7],
  [on('b200', 1, 'fp8'), 243, 23.1],
  [on('b200', 1, 'nvfp4'), 304, 17.8],
]
const throughput = (deployment: Deployment, load: Load) => {
  const { timePerOutputTokenMs, timeToFirstTokenMs } = predictTimes(deployment, load)
  return (1_000 * load.concurrency) / (timePerOutputTokenMs + timeToFirstTokenMs / load.outputTokens)
}

describe('predicted performance', () => {
  it('meets what was measured on vLLM: half within 10 %, all within 30 %', () => {
    const shape = { promptTokens: 1_024, outputTokens: 1_024 }
    const errors = MEASURED.flatMap(([deployment, perGpu, betweenTokensMs]) => [
      throughput(deployment, { ...shape, concurrency: 4 }) / deployment.tensorParallel / perGpu,
      predictTimes(deployment, { ...shape, concurrency: 64 }).timePerOutputTokenMs / betweenTokensMs,
    ])
      .map((ratio) => Math.abs(ratio - 1))
      .toSorted((a, b) => a - b)
    expect(errors[errors.length >> 1]).toBeLessThan(0.1)
    expect(errors.at(-1)).toBeLessThan(0.3)
  })

  it.each([
    [4, 210],
    [8, 377],
    [16, 644],
    [32, 975],
  ])(
    'meets an RTX 4090, which it was not fitted to, within its interval at %i at once',
    (concurrency, measured) => {
      const load = { promptTokens: 256, outputTokens: 128, concurrency }
      const { outputTokensPerSecond } = predictLoad(on('rtx4090', 1, 'bf16', MISTRAL_7B), load)
      expect(measured).toBeGreaterThan(outputTokensPerSecond.low)
      expect(measured).toBeLessThan(outputTokensPerSecond.high)
      expect(outputTokensPerSecond.basis).toBe('modelled')
    },
  )

  it('meets an A100, which it was not fitted to, within 13 %', () => {
    const gpu = { ...MATRIX.gpus.a100, memoryBytes: 40e9, bytesPerSecond: 1.555e12 }
    const load = { promptTokens: 256, outputTokens: 256, concurrency: 1 }
    const { timePerOutputTokenMs } = predictTimes({ ...on('a100', 1, 'bf16', LLAMA_8B), gpu }, load)
    expect(Math.abs(1_000 / timePerOutputTokenMs / 75 - 1)).toBeLessThan(0.13)
  })

  it('lets a full cache make the rest wait, as was measured: a minute for 64 prompts of 8,192 tokens on two H100', () => {
    const load = { promptTokens: 8_192, outputTokens: 1_024, concurrency: 64 }
    const { active, timeToFirstTokenMs, queueMs } = predictTimes(on('h100', 2, 'fp8'), load)
    expect(active).toBeLessThan(32)
    expect(timeToFirstTokenMs).toBeGreaterThan(40_000)
    expect(timeToFirstTokenMs).toBeLessThan(90_000)
    expect(queueMs).toBeGreaterThan(0.9 * timeToFirstTokenMs)
  })

  it('says how it knows: measured, interpolated on a measured GPU, or modelled', () => {
    const load = { promptTokens: 1_024, outputTokens: 128, concurrency: 4 }
    const basisOf = (deployment: Deployment, promptTokens = 1_024) =>
      predictLoad(deployment, { ...load, promptTokens }).timePerOutputTokenMs.basis
    expect(basisOf(on('h100', 2, 'fp8'))).toBe('measured')
    expect(basisOf(on('h100', 2, 'fp8'), 16_384)).toBe('interpolated')
    expect(basisOf(on('h100', 4, 'fp8', 'Qwen/Qwen2.5-72B-Instruct'))).toBe('interpolated')
    expect(basisOf(on('h100', 1, 'fp8', LLAMA_8B))).toBe('modelled')
    expect(predictLoad(on('h100', 2, 'fp8'), load).timeToFirstTokenP99Ms.basis).toBe('modelled')
    expect(basisOf(on('a100', 4, 'bf16'))).toBe('modelled')
    expect(basisOf({ ...on('h100', 8, 'fp8'), pipelineParallel: 2 })).toBe('modelled')
  })

  it('never gives a narrower interval for what it knows less well', () => {
    for (const kind of [CALIBRATION.spreads.dense, CALIBRATION.spreads.experts])
      for (const { measured, interpolated, modelled } of Object.values(kind)) {
        expect(interpolated.low).toBeLessThanOrEqual(measured.low)
        expect(modelled.low).toBeLessThanOrEqual(interpolated.low)
        expect(interpolated.high).toBeGreaterThanOrEqual(measured.high)
        expect(modelled.high).toBeGreaterThanOrEqual(interpolated.high)
      }
  })

  it('reads a mixture of experts faster than a dense model of its size, and the slower the more tokens choose different experts', () => {
    const mixture = on('h200', 8, 'fp8', 'deepseek-ai/DeepSeek-V3')
    const dense = { ...mixture, model: { ...mixture.model, experts: null } }
    const alone = stepMs(mixture, 1, 1_024)
    expect(alone).toBeLessThan(0.5 * stepMs(dense, 1, 1_024))
    expect(stepMs(mixture, 64, 64)).toBeGreaterThan(1.5 * alone)
  })

  it('gives the unluckiest hundredth more than the mean whenever there is company', () => {
    for (const concurrency of [2, 8, 20, 64, 128]) {
      const load = { promptTokens: 1_024, outputTokens: 128, concurrency }
      const { timeToFirstTokenMs, timeToFirstTokenP99Ms } = predictTimes(on('b200', 1, 'fp8', LLAMA_8B), load)
      expect(timeToFirstTokenP99Ms).toBeGreaterThan(1.05 * timeToFirstTokenMs)
    }
  })

  it('adds the network between pipeline stages, and nothing else, to a token', () => {
    const one = on('h100', 8, 'bf16', 'meta-llama/Llama-3.1-405B-Instruct')
    const [single = 0, double = 0] = [1, 2].map((pipelineParallel) =>
      decodeStepMs({ ...one, pipelineParallel }, 1, 1_024, CALIBRATION.constants),
    )
    expect(double - single).toBeCloseTo(0.01 + (1_000 * 16_384 * 2) / 50e9, 6)
  })

  const deployments = fc
    .tuple(
      fc.constantFrom(...MATRIX.models),
      fc.constantFrom(...Object.values(MATRIX.gpus)),
      fc.constantFrom(...PRECISIONS),
    )
    .map(([model, gpu, precision]) => ({ model, gpu, precision, tensorParallel: 8, pipelineParallel: 1 }))
  const loads = fc.record({
    promptTokens: fc.integer({ min: 1, max: 32_768 }),
    outputTokens: fc.integer({ min: 1, max: 2_048 }),
    concurrency: fc.integer({ min: 1, max: 256 }),
  })

  it('only gets slower with more at once, longer prompts and slower memory', () => {
    fc.assert(
      fc.property(deployments, loads, (deployment, load) => {
        const { timePerOutputTokenMs, timeToFirstTokenMs, timeToFirstTokenP99Ms } = predictTimes(
          deployment,
          load,
        )
        const gpu = { ...deployment.gpu, bytesPerSecond: deployment.gpu.bytesPerSecond / 2 }
        const roomy = predictLoad(deployment, { ...load, kvCapacityTokens: Number.MAX_SAFE_INTEGER })
        const crowded = {
          ...load,
          concurrency: load.concurrency + 1,
          kvCapacityTokens: Number.MAX_SAFE_INTEGER,
        }
        const more = predictLoad(deployment, crowded)
        expect(more.timePerOutputTokenMs.value).toBeGreaterThanOrEqual(roomy.timePerOutputTokenMs.value)
        expect(more.timeToFirstTokenP99Ms.value).toBeGreaterThanOrEqual(roomy.timeToFirstTokenP99Ms.value)
        expect(predictTimes({ ...deployment, gpu }, load).timePerOutputTokenMs).toBeGreaterThanOrEqual(
          timePerOutputTokenMs,
        )
        expect(timeToFirstTokenP99Ms).toBeGreaterThanOrEqual(timeToFirstTokenMs)
      }),
    )
  })

  it('gives intervals that hold their value', () => {
    fc.assert(
      fc.property(deployments, loads, (deployment, load) => {
        for (const { low, value, high } of Object.values(predictLoad(deployment, load))) {
          expect(low).toBeGreaterThan(0)
          expect(low).toBeLessThanOrEqual(value)
          expect(value).toBeLessThanOrEqual(high)
        }
      }),
    )
  })
})
