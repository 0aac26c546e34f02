import type { Plan } from './cell.ts'
import { digits, duration, gigabytes } from './figures.ts'
import type { Draft } from './verdict.ts'

/** What goes wrong here first, with the figures of this plan. */
export function failureModesOf(draft: Draft): readonly string[] {
  const { plan } = draft
  const modes = plan === null ? [nothingRuns(draft)] : MODES.map((mode) => mode(draft, plan))
  return [notOffered(draft), ...modes].filter((mode) => mode !== null)
}

type Mode = (draft: Draft, plan: Plan) => string | null

const nothingRuns = ({ gpu, target }: Draft): string =>
  `vLLM stops before it listens, out of memory on the ${gpu.title} with ${gigabytes(gpu.memoryBytes)}, and Kubernetes restarts it for ever: no model of ${target.tier} has room.`

const notOffered = ({ gpu, option, level }: Draft): string | null =>
  option?.isOffered
    ? null
    : `A workload that asks for ${gpu.title} stays pending without an error: no node pool at this level (${level}) has what it needs.`

const cacheFull: Mode = (_, { kvConcurrency, load }) => {
  const tokens = load.promptTokens + load.outputTokens
  return `From ${digits(kvConcurrency + 1)} requests of ${digits(tokens)} tokens on the KV cache is full: the next ones wait, and running ones are preempted and computed again.`
}

const tooManyAtOnce: Mode = ({ target }, { sloConcurrency, kvConcurrency, timeToFirstTokenP99Ms, load }) => {
  if (sloConcurrency === 0)
    return `Even one request at a time breaks the promise; with ${digits(load.concurrency)} at once the first token comes after ${digits(timeToFirstTokenP99Ms.value)} ms at p99 instead of ${digits(target.slo.timeToFirstTokenP99Ms)} ms.`
  if (sloConcurrency >= kvConcurrency) return null
  return `Between ${digits(sloConcurrency + 1)} and ${digits(kvConcurrency)} at once nothing looks full, yet the promise is broken: limit the requests, not the memory.`
}

const longPrompt: Mode = (_, { maxContextTokens, load, kvConcurrency }) => {
  const lengths = maxContextTokens / (load.promptTokens + load.outputTokens)
  if (lengths < 2) return null
  return `One request of the longest context, ${digits(maxContextTokens)} tokens, takes the room of ${digits(Math.ceil(lengths))} planned ones, of ${digits(kvConcurrency)}, and its prompt holds up everybody's tokens.`
}

const uncertain: Mode = ({ target }, { timeToFirstTokenP99Ms: first, timePerOutputTokenMs: further }) => {
  const { slo } = target
  if (first.value <= slo.timeToFirstTokenP99Ms && first.high > slo.timeToFirstTokenP99Ms)
    return `The first token is expected within the promise, but its interval goes up to ${digits(first.high)} ms, beyond ${digits(slo.timeToFirstTokenP99Ms)} ms: measure before promising.`
  if (further.value <= slo.timePerOutputTokenMs && further.high > slo.timePerOutputTokenMs)
    return `Further tokens are expected within the promise, but their interval goes up to ${digits(further.high)} ms, beyond ${digits(slo.timePerOutputTokenMs)} ms: measure before promising.`
  return null
}

const oneOfMany: Mode = ({ costs }, { gpuCount, pipelineParallel }) => {
  if (gpuCount === 1) return null
  const machines = pipelineParallel > 1 ? ` in ${pipelineParallel} machines` : ''
  const back = costs[0] ? ` and is back after ${duration(costs[0].coldStartMs)} at the soonest` : ''
  return `One of ${gpuCount} GPUs${machines} fails, and the whole replica is gone${back}: only a second replica answers meanwhile.`
}

const networkOfStages: Mode = ({ gpu }, { pipelineParallel }) =>
  pipelineParallel === 1
    ? null
    : `A stage that loses the network between machines (${digits(gpu.interNodeBytesPerSecond / 1e9)} GB/s for each GPU) leaves the others waiting without an error until NCCL's time limit.`

const sharedPcie: Mode = ({ gpu }, { tensorParallel }) =>
  gpu.link === 'nvlink' || tensorParallel === 1
    ? null
    : `GPUs on different PCIe roots exchange activations through the CPU: with ${tensorParallel} of them every token then takes longer than the ${digits(gpu.linkBytesPerSecond / 1e9)} GB/s planned here.`

const coldStart: Mode = ({ costs, provider, target }) => {
  if (!provider?.billing.scalesToZero || !costs[0]) return null
  return `The first request after a pause waits ${duration(costs[0].coldStartMs)}, ${digits(costs[0].coldStartMs / target.slo.timeToFirstTokenP99Ms)} times the promised first token; clients with a shorter time limit give up and try again, which starts more machines.`
}

/** Below this share of the budget a longer prompt batch or another driver already decides whether the engine starts. */
const TIGHT_SHARE = 0.1

const tightMemory: Mode = (_, { memory }) =>
  memory.kvBytes / memory.budgetBytes >= TIGHT_SHARE
    ? null
    : `Only ${gigabytes(memory.kvBytes)} of ${gigabytes(memory.budgetBytes)} a GPU are left for the KV cache: another process on the GPU, or a larger batch of prompts, and the engine does not start.`

const fewerBits: Mode = (_, { precision, model }) =>
  precision === 'w4' || precision === 'nvfp4'
    ? `${model} in four bits answers a little differently from what was published: an evaluation on one's own questions fails before any metric here shows it.`
    : null

const MODES: readonly Mode[] = [
  cacheFull,
  tooManyAtOnce,
  longPrompt,
  uncertain,
  oneOfMany,
  networkOfStages,
  sharedPcie,
  coldStart,
  tightMemory,
  fewerBits,
]
