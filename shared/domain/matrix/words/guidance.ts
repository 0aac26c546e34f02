import type { Candidate } from '../cells/candidate.ts'
import type { Cell, Plan } from '../cells/cell.ts'
import { LEVEL_TITLES } from '../cells/supply.ts'
import type { Company, Draft } from '../cells/verdict.ts'
import { hasFp8 } from '../model/deployment.ts'
import type { Model } from '../sources/sources.ts'
import { costGuidance } from './cost-guidance.ts'
import { digits, gigabytes } from './figures.ts'
import {
  admittedAtOnce,
  alertEdge,
  type Command,
  FIRST_TOKEN_EDGES,
  maxSequences,
  scaleOutAt,
  startupFailureThreshold,
  TOKEN_EDGES,
  USUAL_LOAD_BYTES_PER_SECOND,
  vllmCommands,
} from './vllm.ts'

/** How to run this configuration, or what to take instead. */
export function guidanceOf(draft: Draft, company: Company): Cell['guidance'] {
  const { plan, option } = draft
  const cost = costGuidance(draft, company)
  if (plan === null || !option?.isOffered) return { ...nothingToRun(draft, company), cost }
  return {
    deployment: deployment(draft, plan, option.candidate),
    scheduling: scheduling(draft, plan),
    observability: observability(draft, plan),
    cost,
  }
}

function nothingToRun({ gpu, target, level }: Draft, { cheapest }: Company): Omit<Cell['guidance'], 'cost'> {
  const instead = cheapest ? `Take ${cheapest.id} instead.` : `No GPU keeps the promise at this level.`
  return {
    deployment: [`Do not deploy ${target.tier} on the ${gpu.title}. ${instead}`],
    scheduling: [
      `Give no queue for ${target.tier} at this level (${level}) the flavor ${gpu.name}: Kueue would admit workloads that cannot start.`,
    ],
    observability: [
      `Alert on \`kueue_pending_workloads\` above 0 for queues of ${target.tier} on ${gpu.name}: such a workload never starts.`,
    ],
  }
}

function deployment(draft: Draft, plan: Plan, candidate: Candidate): readonly string[] {
  const { deployment: deployed, weightBytes } = candidate
  const loadBytesPerSecond = draft.provider?.loadBytesPerSecond ?? USUAL_LOAD_BYTES_PER_SECOND
  const threshold = startupFailureThreshold(weightBytes, loadBytesPerSecond)
  return [
    ...vllmCommands(plan, deployed.model, draft.target).map(commandLine),
    ...checkpoint(plan, deployed.model),
    `startupProbe on /health${plan.pipelineParallel > 1 ? ' of the leader, since workers serve none,' : ''} with periodSeconds 10 and failureThreshold ${threshold}: ${gigabytes(weightBytes)} of weights at ${gigabytes(loadBytesPerSecond)} a second, a first start of the engine with no compiled graphs kept, and half of that again; ten minutes at least.`,
    ...longerContext(draft, plan),
    ...smallerCache(plan, candidate),
    ...(plan.tensorParallel > 1
      ? [
          `Mount an emptyDir of medium Memory at /dev/shm: ${plan.tensorParallel} processes exchange through it.`,
        ]
      : []),
  ]
}

function commandLine({ role, line }: Command): string {
  if (role === 'only') return `\`${line}\``
  return role === 'leader' ? `The leader: \`${line}\`` : `Each worker: \`${line}\``
}

const CHECKPOINTS = {
  bf16: 'BF16',
  fp8: 'FP8',
  w4: 'AWQ or GPTQ (groups of 128)',
  nvfp4: 'NVFP4',
} as const

/** Where the model was not published in the planned precision. */
const checkpoint = ({ precision }: Plan, model: Model): readonly string[] =>
  precision === model.nativePrecision
    ? []
    : [
        `$CHECKPOINT is ${model.name} in ${CHECKPOINTS[precision]}, its revision pinned: made once, since making it at each start reads all the ${model.nativePrecision} weights.`,
      ]

function longerContext({ target }: Draft, { maxContextTokens }: Plan): readonly string[] {
  const { contextTokens } = target.slo
  return maxContextTokens > contextTokens
    ? [
        `--max-model-len may go up to ${digits(maxContextTokens)} tokens; at ${digits(contextTokens)} no single request takes the others' room.`,
      ]
    : []
}

/** Half the bytes a token where the GPU has FP8 arithmetic, and where the cache is what limits. */
function smallerCache(
  { kvConcurrency, sloConcurrency }: Plan,
  { deployment, load }: Candidate,
): readonly string[] {
  const isLimit = kvConcurrency < load.concurrency || kvConcurrency === sloConcurrency
  return isLimit && hasFp8(deployment.gpu)
    ? [
        `--kv-cache-dtype fp8 instead of auto holds ${digits(2 * kvConcurrency)} sequences instead of ${digits(kvConcurrency)}; compare answers first.`,
      ]
    : []
}

function scheduling(draft: Draft, plan: Plan): readonly string[] {
  const { level, gpu, target, provider } = draft
  if (level === 'serverless')
    return [
      `At most ${counted(maxSequences(plan), 'request')} for each worker of ${plan.gpuCount} ${gpu.title}; more start the next worker.`,
      ...(provider
        ? [`Workers stop ${digits(provider.billing.idleSeconds)} s after their last answer.`]
        : []),
    ]
  const queue = `queue \`${target.tier}-${gpu.name}\``
  if (plan.pipelineParallel > 1)
    return [
      `A LeaderWorkerSet of size ${plan.pipelineParallel} with ${plan.tensorParallel} \`nvidia.com/gpu\` a pod in ${queue}; a Deployment would be admitted pod by pod and hold GPUs for nothing.`,
      `Annotate leader and workers with \`kueue.x-k8s.io/podset-required-topology\` and one \`kueue.x-k8s.io/podset-group-name\`: all ${plan.pipelineParallel} machines in one network block.`,
      scaling(plan),
    ]
  return [
    `A Deployment labelled \`kueue.x-k8s.io/queue-name\` for ${queue}, ${plan.gpuCount} \`nvidia.com/gpu\` a pod, one pod a replica.`,
    ...(plan.gpuCount > 1 ? [topology(draft, plan)] : packing(draft)),
    scaling(plan),
    ...(level === 'on_premises'
      ? [`In Slurm: \`--gres=gpu:${gpu.name}:${plan.gpuCount}\` in one node, exclusive to the replica.`]
      : []),
  ]
}

function scaling(plan: Plan): string {
  const waiting = '`vllm:num_requests_waiting_by_reason{reason="capacity"}` is above 0'
  const running = scaleOutAt(plan)
  return running === null
    ? `Scale out when ${waiting}: a replica runs one request at a time.`
    : `Scale out at ${digits(running)} of \`vllm:num_requests_running\` for each replica, of ${digits(admittedAtOnce(plan))} that run at once, and immediately when ${waiting}.`
}

const counted = (count: number, noun: string): string => `${digits(count)} ${noun}${count === 1 ? '' : 's'}`

const topology = ({ gpu }: Draft, { tensorParallel }: Plan): string =>
  gpu.link === 'nvlink'
    ? `All ${tensorParallel} GPUs in one NVLink domain: a machine of ${gpu.gpusPerNode} holds ${counted(Math.floor(gpu.gpusPerNode / tensorParallel), 'replica')}.`
    : `All ${tensorParallel} GPUs on one PCIe root: kubelet with topologyManagerPolicy \`single-numa-node\`, a machine of ${gpu.gpusPerNode} holds ${counted(Math.floor(gpu.gpusPerNode / tensorParallel), 'replica')}.`

const packing = ({ gpu, level }: Draft): readonly string[] => [
  `A machine of ${gpu.gpusPerNode} at a ${LEVEL_TITLES[level]} holds ${counted(gpu.gpusPerNode, 'replica')}: spread two of them over two machines, and pack the rest.`,
]

function observability({ target }: Draft, plan: Plan): readonly string[] {
  const { slo } = target
  const { timeToFirstTokenP99Ms: first, timePerOutputTokenMs: further, load } = plan
  const firstEdge = alertEdge(FIRST_TOKEN_EDGES, first.value, slo.timeToFirstTokenP99Ms)
  const furtherEdge = alertEdge(TOKEN_EDGES, further.value, slo.timePerOutputTokenMs)
  const admitted = admittedAtOnce(plan)
  const usage = (atOnce: number) => Math.min(1, atOnce / Math.max(1, plan.kvConcurrency))
  const atMost =
    admitted > load.concurrency
      ? `, ${digits(usage(admitted))} with the ${digits(admitted)} that run at most`
      : ''
  return [
    `p99 of \`vllm:time_to_first_token_seconds\` above ${firstEdge} (a bucket edge): expected ${digits(first.value)} ms, promised ${digits(slo.timeToFirstTokenP99Ms)} ms.`,
    `p99 of \`vllm:request_time_per_output_token_seconds\` above ${furtherEdge} (a bucket edge): expected ${digits(further.value)} ms, promised ${digits(slo.timePerOutputTokenMs)} ms.`,
    `\`vllm:kv_cache_usage_perc\` stands near ${digits(usage(load.concurrency))} with ${digits(load.concurrency)} at once${atMost}; above ${usage(admitted) > 0.85 ? 0.98 : 0.9} for five minutes requests are longer than planned.`,
    `\`vllm:num_requests_waiting_by_reason{reason="capacity"}\` above 0 for two minutes: more at once than the ${digits(admitted)} that ${admitted === 1 ? 'runs' : 'run'}; any rise of \`vllm:num_preemptions_total\`: longer than the KV cache has room for.`,
    `\`vllm:generation_tokens_total\` rises by ${digits(plan.outputTokensPerSecond.low)} to ${digits(plan.outputTokensPerSecond.high)} a second under the planned load; much less with requests waiting is a sick GPU.`,
  ]
}
