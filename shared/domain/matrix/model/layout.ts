import type { Reason, ReasonCode } from '../cells/cell.ts'
import { type Deployment, hasFp4, hasFp8 } from './deployment.ts'

/** Four-bit weights and block-scaled FP8 share a scale in groups this wide; NVFP4 in narrower ones. */
const GROUP = 128
const NVFP4_GROUP = 16
/** vLLM halves the groups of 4-bit experts until they fit, down to this (`moe_wna16.py`). */
const SMALLEST_EXPERT_GROUP = 32

/** A sentence where the deployment breaks the rule, null where it keeps it. */
type Rule = (deployment: Deployment) => string | null

const staysInNode: Rule = ({ gpu, tensorParallel }) =>
  tensorParallel <= gpu.gpusPerNode
    ? null
    : `Tensor parallelism over ${tensorParallel} GPUs leaves the node, which holds ${gpu.gpusPerNode}.`

const headsDivide: Rule = ({ model: { attention }, tensorParallel }) => {
  if (attention.queryHeads % tensorParallel > 0)
    return `${attention.queryHeads} query heads do not divide over ${tensorParallel} GPUs.`
  if (attention.kind === 'latent') return null
  // Fewer heads than GPUs are copied, which takes the same number of copies of each.
  const { kvHeads } = attention
  const isEven = kvHeads % tensorParallel === 0 || tensorParallel % kvHeads === 0
  return isEven ? null : `${kvHeads} key-value heads do not divide over ${tensorParallel} GPUs.`
}

/** How many weights share a scale; 1 where there are no scales, or only one for a whole matrix or row. */
function groupSize({ model, precision }: Deployment): number {
  if (precision === 'nvfp4') return NVFP4_GROUP
  const hasBlocks = precision === 'w4' || (precision === 'fp8' && model.nativePrecision === 'fp8')
  return hasBlocks ? GROUP : 1
}

/** The widths that tensor parallelism cuts, and what each GPU's part must be a multiple of. */
function cutWidths(deployment: Deployment): readonly (readonly [string, number, number])[] {
  const { intermediate, experts } = deployment.model
  const group = groupSize(deployment)
  if (!experts) return [['intermediate size', intermediate, group]]
  const ofExperts = deployment.precision === 'w4' ? SMALLEST_EXPERT_GROUP : group
  return [
    // Without such layers nothing has the dense width.
    ['intermediate size', experts.denseLayers > 0 ? intermediate : 0, group],
    ["experts' intermediate size", experts.intermediate, ofExperts],
    ["shared experts' intermediate size", experts.shared * experts.intermediate, group],
  ]
}

const groupsDivide: Rule = (deployment) => {
  const { tensorParallel } = deployment
  if (groupSize(deployment) === 1) return null
  const cut = cutWidths(deployment).find(([, width, group]) => (width / tensorParallel) % group > 0)
  if (!cut) return null
  const [name, width, group] = cut
  const padded = Math.ceil(width / tensorParallel / group) * group * tensorParallel
  return `The ${name} ${width} over ${tensorParallel} GPUs is ${width / tensorParallel} each, not a multiple of the ${group} weights that share a scale; a checkpoint padded to ${padded} would do.`
}

const computesFp8: Rule = ({ gpu, precision }) =>
  precision !== 'fp8' || hasFp8(gpu)
    ? null
    : `${gpu.title} has no FP8 arithmetic: weights are stored in FP8 and computed in BF16.`

const computesFp4: Rule = ({ gpu, precision }) =>
  precision !== 'nvfp4' || hasFp4(gpu)
    ? null
    : `${gpu.title} has no FP4 arithmetic, which NVFP4 is for: take 4-bit groups of 128 instead.`

const RULES: readonly (readonly [ReasonCode, Rule])[] = [
  ['too_few_gpus', staysInNode],
  ['heads_not_divisible', headsDivide],
  ['group_not_divisible', groupsDivide],
  ['no_fp8_arithmetic', computesFp8],
  ['no_fp4_arithmetic', computesFp4],
]

/** What stands against cutting the model this way, or against its precision on this GPU, memory aside. */
export const layoutReasons = (deployment: Deployment): readonly Reason[] =>
  RULES.flatMap(([code, rule]) => {
    const message = rule(deployment)
    return message === null ? [] : [{ code, message }]
  })
