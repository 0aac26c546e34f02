import { type Cell, type PlanCost, REASON_CODES, type Selection } from '../domain/matrix/cells/cell.ts'
import { toUsd } from '../domain/money.ts'

const costFields = ({ readOn, source, basis, provider, utilisation, coldStartMs, ...money }: PlanCost) => ({
  provider,
  basis,
  source,
  readOn,
  lowUsdPerGpuHour: toUsd(money.lowNanoUsdPerGpuHour),
  highUsdPerGpuHour: toUsd(money.highNanoUsdPerGpuHour),
  usdPerKTok: toUsd(money.nanoUsdPerKTok),
  lowUsdPerKTok: toUsd(money.lowNanoUsdPerKTok),
  highUsdPerKTok: toUsd(money.highNanoUsdPerKTok),
  monthlyUsd: toUsd(money.monthlyNanoUsd),
  ...money,
  utilisation,
  coldStartMs,
})

const usdOrNull = (nanoUsd: number | undefined) => (nanoUsd === undefined ? null : toUsd(nanoUsd))

/** A configuration as lists show it: its verdict and the figures one compares, at the cheapest provider. */
export function summaryFields({ id, tier, gpu, level, verdict, reasons, plan, costs, requirement }: Cell) {
  const [cheapest] = costs
  return {
    configuration: id,
    tier,
    gpu,
    level,
    verdict,
    reasonCodes: reasons.map(({ code }) => code),
    ...planSummary(plan),
    provider: cheapest?.provider ?? null,
    usdPerKTok: usdOrNull(cheapest?.nanoUsdPerKTok),
    nanoUsdPerKTok: cheapest?.nanoUsdPerKTok ?? null,
    monthlyUsd: usdOrNull(cheapest?.monthlyNanoUsd),
    monthlyNanoUsd: cheapest?.monthlyNanoUsd ?? null,
    requirementVerdict: requirement.verdict,
    agrees: requirement.agrees,
  }
}

const NO_PLAN = {
  model: null,
  precision: null,
  gpuCount: null,
  timeToFirstTokenP99Ms: null,
  timePerOutputTokenMs: null,
  outputTokensPerSecond: null,
}

const planSummary = (plan: Cell['plan']) =>
  plan
    ? {
        model: plan.model,
        precision: plan.precision,
        gpuCount: plan.gpuCount,
        timeToFirstTokenP99Ms: plan.timeToFirstTokenP99Ms.value,
        timePerOutputTokenMs: plan.timePerOutputTokenMs.value,
        outputTokensPerSecond: plan.outputTokensPerSecond.value,
      }
    : NO_PLAN

/** A configuration as the API shows it, whole. */
export function configurationFields({ id, guidance, failureModes, reasons, costs, ...cell }: Cell) {
  const { tier, gpu, level, verdict, plan, requirement } = cell
  return {
    configuration: id,
    tier,
    gpu,
    level,
    verdict,
    reasons: reasons.map(({ code, message }) => ({ code, kind: REASON_CODES[code], message })),
    plan,
    costs: costs.map(costFields),
    requirement,
    failureModes: [...failureModes],
    guidance: {
      deployment: [...guidance.deployment],
      scheduling: [...guidance.scheduling],
      observability: [...guidance.observability],
      cost: [...guidance.cost],
    },
  }
}

/** A selection as the API shows it. */
export const selectionFields = ({ tier, ranked, rejected }: Selection) => ({
  tier,
  ranked: ranked.map(({ cost, plan, regions, reasons, ...rest }) => ({
    ...rest,
    regions: [...regions],
    monthlyUsd: toUsd(rest.monthlyNanoUsd),
    reasons: [...reasons],
    plan,
    cost: costFields(cost),
  })),
  rejected: rejected.map(({ configuration, reasons }) => ({ configuration, reasons: [...reasons] })),
})

export type CellFilter = { readonly [K in 'tier' | 'gpu' | 'level' | 'verdict']?: Cell[K] | undefined }

/** Whether a cell is what every filter that is given asks for. */
export const matches = (cell: Cell, { tier, gpu, level, verdict }: CellFilter): boolean =>
  (tier === undefined || cell.tier === tier) &&
  (gpu === undefined || cell.gpu === gpu) &&
  (level === undefined || cell.level === level) &&
  (verdict === undefined || cell.verdict === verdict)
