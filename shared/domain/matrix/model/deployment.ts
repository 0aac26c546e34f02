import type { Gpu, Model, Precision } from '../sources/sources.ts'

/** One replica of a model: tensor parallel inside a node, pipeline parallel across nodes. */
export type Deployment = {
  readonly model: Model
  readonly gpu: Gpu
  readonly precision: Precision
  readonly tensorParallel: number
  readonly pipelineParallel: number
}

/** Arithmetic of its own for 8 bits (Ada, Hopper, Blackwell), and for 4 (Blackwell). */
export const hasFp8 = ({ sm }: Pick<Gpu, 'sm'>): boolean => sm >= 89
export const hasFp4 = ({ sm }: Pick<Gpu, 'sm'>): boolean => sm >= 100

/** Bytes a parameter; 4-bit formats keep a scale for each group besides. */
export const WEIGHT_BYTES: Readonly<Record<Precision, number>> = {
  bf16: 2,
  fp8: 1,
  w4: 0.5625,
  nvfp4: 0.5625,
}

export const weightBytes = ({ parameters }: Model, precision: Precision): number =>
  parameters * WEIGHT_BYTES[precision]

/** Bytes of KV cache that one token takes in the whole model: keys and values of every group of heads, or one latent vector a layer. */
export function kvBytesPerToken({ layers, attention }: Model, bytesPerElement = 2): number {
  if (attention.kind === 'latent')
    return layers * (attention.latentDimension + attention.ropeDimension) * bytesPerElement
  return 2 * layers * attention.kvHeads * attention.headDimension * bytesPerElement
}

/** Over how many GPUs of a tensor-parallel group the cache of a layer is split: never over more than its heads, and a latent one not at all. */
export const kvShards = ({ attention }: Model, tensorParallel: number): number =>
  attention.kind === 'latent' ? 1 : Math.min(tensorParallel, attention.kvHeads)
