import type { PlanCost } from '../../shared/domain/matrix/cells/cell.ts'
import { planCosts } from '../../shared/domain/matrix/cost/cost.ts'
import {
  breakEvenUtilisation,
  ownedNanoUsdPerGpuHour,
  PURCHASE_SPREAD,
} from '../../shared/domain/matrix/cost/ownership.ts'
import { GPU_NAMES, type Gpu, type MatrixSources } from '../../shared/domain/matrix/sources/sources.ts'
import { gpuTitle } from '../../shared/domain/matrix/words/describe.ts'
import { digits, dollars } from '../../shared/domain/matrix/words/figures.ts'
import { LEVELS } from '../../shared/domain/tiers.ts'
import { type Column, hourlyRange, NONE, table } from './markdown.ts'

/** What owning each GPU costs, and from how much use on it is cheaper than renting. */
export const owningOrRenting = (sources: MatrixSources): string =>
  `${ownershipText(sources)}\n\n${table(OWNERSHIP_COLUMNS, ownershipRows(sources))}`

type OwnershipRow = {
  readonly gpu: Gpu
  readonly owned: { readonly low: number; readonly high: number } | null
  readonly rental: PlanCost | null
}

function ownershipRows(sources: MatrixSources): readonly OwnershipRow[] {
  return GPU_NAMES.map((name) => {
    const gpu = sources.gpus[name]
    return {
      gpu,
      owned: ownedNanoUsdPerGpuHour(gpu, sources.ownership),
      rental: cheapestRental(sources, gpu),
    }
  })
}

/** A price of the provider's own, and only what is billed while it stands: a machine that scales to zero is never owned's rival at full use. */
function cheapestRental(sources: MatrixSources, gpu: Gpu): PlanCost | null {
  const outputTokensPerSecond = { value: 1, low: 1, high: 1, basis: 'modelled' } as const
  const standing = sources.providers.filter(
    ({ billing }) => billing.unit !== 'owned' && !billing.scalesToZero,
  )
  const prices = sources.prices.filter(({ standsInFor }) => standsInFor === null)
  const costs = LEVELS.flatMap((level) =>
    planCosts(
      { ...sources, providers: standing, prices },
      { gpu, gpuCount: 1, weightBytes: 0, outputTokensPerSecond, level },
    ),
  )
  return costs.toSorted((a, b) => a.nanoUsdPerKTok - b.nanoUsdPerKTok)[0] ?? null
}

const ownershipText = ({ ownership }: MatrixSources): string =>
  `An owned GPU costs the same idle or busy; one rented by the hour costs nothing while it is not needed. Break-even: the share of all hours from which on owning is cheaper, against the cheapest on-demand price known here. Written off over ${ownership.amortisationYears} years, ${digits(ownership.serverShare * 100)} % on top for server and network, ${digits(ownership.operationsShareAYear * 100)} % of all that a year for space, hands and parts, $${ownership.powerUsdPerKilowattHour} for a kilowatt-hour at a PUE of ${ownership.pue}, ${ownership.serverWattsPerGpu} W of server for each GPU; purchase price ±${digits((PURCHASE_SPREAD.high - 1) * 100)} %. Source: ${ownership.source}, read on ${ownership.readOn}.`

const OWNERSHIP_COLUMNS: readonly Column<OwnershipRow>[] = [
  ['GPU', '---', ({ gpu }) => gpuTitle(gpu.name)],
  ['purchase', '--:', ({ gpu }) => (gpu.purchaseNanoUsd === null ? NONE : dollars(gpu.purchaseNanoUsd))],
  ['owned, $/GPU-hour', '--:', ({ owned }) => (owned ? hourlyRange(owned.low, owned.high) : NONE)],
  [
    'cheapest rental',
    '--:',
    ({ rental }) => (rental ? hourlyRange(rental.lowNanoUsdPerGpuHour, rental.highNanoUsdPerGpuHour) : NONE),
  ],
  ['at', '---', ({ rental }) => rental?.provider ?? NONE],
  ['break-even', '--:', breakEven],
]

const percent = (share: number): string => `${Math.round(share * 100)} %`

function breakEven({ owned, rental }: OwnershipRow): string {
  if (owned === null || rental === null) return NONE
  const low = breakEvenUtilisation(owned.low, rental.highNanoUsdPerGpuHour)
  const high = breakEvenUtilisation(owned.high, rental.lowNanoUsdPerGpuHour)
  if (low > 1) return 'never'
  return high > 1 ? `${percent(low)} to never` : `${percent(low)} to ${percent(high)}`
}
