import { predict } from '../cells/candidate.ts'
import type { Plan } from '../cells/cell.ts'
import type { Draft } from '../cells/verdict.ts'
import { digits, duration, gigabytes } from './figures.ts'
import { admittedAtOnce } from './vllm.ts'

/** What goes wrong here first, with the figures of this plan. */
export function failureModesOf(draft: Draft): readonly string[] {
  const { plan } = draft
  const why = notOffered(draft)
  if (plan === null) return [why, nothingRuns(draft)].filter((mode) => mode !== null)
  // What would go wrong on machines that nobody has is of no use.
  return why === null ? MODES.map((mode) => mode(draft, plan)).filter((mode) => mode !== null) : [why]
}

type Mode = (draft: Draft, plan: Plan) => string | null

const nothingRuns = ({ gpu, target }: Draft): string =>
  `vLLM stops before it listens, out of memory on the ${gpu.title} with ${gigabytes(gpu.memoryBytes)}, and Kubernetes restarts it for ever: no model of ${target.tier} has room.`

const notOffered = ({ gpu, option, level, target }: Draft): string | null =>
  option?.isOffered
    ? null
    : `A workload of ${target.tier} that asks for ${gpu.title} stays pending without an error: no node pool at this level (${level}) has what it needs.`

/** What the next request meets: the limit on sequences, or the end of the KV cache. */
const nextWaits: Mode = (draft, plan) => {
  const { kvConcurrency, load } = plan
  const admitted = admittedAtOnce(plan)
  const tokens = digits(load.promptTokens + load.outputTokens)
  if (admitted >= kvConcurrency)
    return `From ${digits(admitted + 1)} requests of ${tokens} tokens on the KV cache is full: the next ones wait in the queue (\`vllm:num_requests_waiting\`), and with longer ones running requests are preempted and computed again.`
  const share = digits((100 * admitted) / kvConcurrency)
  return `Request ${digits(admitted + 1)} waits in the queue (\`vllm:num_requests_waiting\`) while the KV cache is only ${share} % full: --max-num-seqs is ${digits(admitted)}. Raising it to the ${digits(kvConcurrency)} of ${tokens} tokens that the cache holds ${whenRaised(draft, plan, admitted)}.`
}

function whenRaised({ option, target: { slo } }: Draft, { sloConcurrency }: Plan, admitted: number): string {
  if (sloConcurrency === 0) return 'breaks the promise further'
  const next = option && predict(option.candidate, admitted + 1)
  const isBroken =
    next !== null &&
    (next.timeToFirstTokenP99Ms.value > slo.timeToFirstTokenP99Ms ||
      next.timePerOutputTokenMs.value > slo.timePerOutputTokenMs)
  return isBroken
    ? 'would break the promise'
    : 'goes beyond what is planned: the promise may break where no figure here was held against a measurement'
}

const notEvenOne: Mode = ({ target }, { sloConcurrency, timeToFirstTokenP99Ms: first, load }) =>
  sloConcurrency > 0
    ? null
    : `Even one request at a time breaks the promise; with ${digits(load.concurrency)} at once the first token comes after ${digits(first.value)} ms at p99 instead of ${digits(target.slo.timeToFirstTokenP99Ms)} ms.`

const longPrompt: Mode = (_, { maxContextTokens, load, kvConcurrency }) => {
  const lengths = maxContextTokens / (load.promptTokens + load.outputTokens)
  if (lengths < 2) return null
  return `With --max-model-len raised to ${digits(maxContextTokens)}, one request of that length takes the room of ${digits(Math.ceil(lengths))} planned ones, of ${digits(kvConcurrency)}, and its prompt holds up everybody's tokens.`
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
  nextWaits,
  notEvenOne,
  longPrompt,
  uncertain,
  oneOfMany,
  networkOfStages,
  sharedPcie,
  coldStart,
  tightMemory,
  fewerBits,
]
