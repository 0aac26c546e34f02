import type { Level } from '../../tiers.ts'
import type { Estimate, PlanCost } from '../cells/cell.ts'
import type { Gpu, GpuPrice, MatrixSources, Ownership, Provenance, Provider } from '../sources/sources.ts'
import { coldStartMs } from './cold-start.ts'
import { HOURS_PER_MONTH, ownedNanoUsdPerGpuHour } from './ownership.ts'
import { smallestRental } from './rental.ts'
import { busyShare, serverlessNanoUsdPerKTok, standingNanoUsdPerKTok } from './token-cost.ts'

/** Share of a standing machine's capacity that is used over a day: nights, and room for peaks. */
export const DEFAULT_UTILISATION = 0.6

/** How long a machine that scales to zero works before it goes: five minutes, so that a cold start of a minute shows in the price. */
export const DEFAULT_BURST_SECONDS = 300

/** One replica whose cost is asked for. */
export type CostQuestion = {
  readonly gpu: Gpu
  readonly gpuCount: number
  /** Of the whole model. */
  readonly weightBytes: number
  readonly outputTokensPerSecond: Estimate
  readonly level: Level
  /** Of a standing machine; what scales to zero is billed by bursts instead. */
  readonly utilisation?: number | undefined
}

type CostSources = Pick<MatrixSources, 'providers' | 'prices' | 'ownership'>

/** What a provider asks for one GPU, and how many have to be rented for this replica. */
type Quote = Provenance & {
  readonly basis: string
  readonly lowNanoUsdPerGpuHour: number
  readonly highNanoUsdPerGpuHour: number
  readonly rentedGpus: number
}

/**
 * What the replica costs at every provider of the level that has the GPU in that count and a price for it, cheapest tokens first.
 * A replica on part of a machine pays for its part of the tokens' price, since replicas can share a machine; a month is that of the
 * whole rental. Spot and community prices are left out: such machines can be taken away.
 */
export function planCosts(sources: CostSources, question: CostQuestion): readonly PlanCost[] {
  if (question.outputTokensPerSecond.low <= 0) return []
  return sources.providers
    .filter(({ level }) => level === question.level)
    .flatMap((provider) => {
      const quote = keptQuote(sources, provider, question)
      return quote === undefined ? [] : [costAt(provider, quote, question)]
    })
    .toSorted((a, b) => a.nanoUsdPerKTok - b.nanoUsdPerKTok || (a.provider < b.provider ? -1 : 1))
}

/** The middle of a range of prices, rounded half up to a whole nano-dollar. */
export const middleNanoUsd = (lowNanoUsd: number, highNanoUsd: number): number =>
  Math.round((lowNanoUsd + highNanoUsd) / 2)

/** Kept, since hundreds of candidates ask for the same few. */
function keptQuote(sources: CostSources, provider: Provider, question: CostQuestion): Quote | undefined {
  const ofSources = quotes.get(sources) ?? new WeakMap<Gpu, Map<string, Quote | undefined>>()
  const known = ofSources.get(question.gpu) ?? new Map<string, Quote | undefined>()
  quotes.set(sources, ofSources.set(question.gpu, known))
  const key = `${provider.name} ${question.gpuCount}`
  if (!known.has(key)) known.set(key, bestQuote(sources, provider, question))
  return known.get(key)
}

const quotes = new WeakMap<CostSources, WeakMap<Gpu, Map<string, Quote | undefined>>>()

/** The one that makes one rent the fewest GPUs, and of these the cheapest; several machines only where no single one is large enough. */
function bestQuote(sources: CostSources, provider: Provider, question: CostQuestion): Quote | undefined {
  const offers = provider.offers.filter(({ gpu }) => gpu === question.gpu.name)
  const large = offers.filter(({ gpuCounts }) => Math.max(0, ...gpuCounts) >= question.gpuCount)
  const middle = (quote: Quote) => middleNanoUsd(quote.lowNanoUsdPerGpuHour, quote.highNanoUsdPerGpuHour)
  return pricesOf(sources, provider, question.gpu)
    .flatMap((price) =>
      (large.length > 0 ? large : offers).flatMap((offer) => {
        const rentedGpus = smallestRental(offer, question.gpuCount, price.minGpus)
        return rentedGpus === null ? [] : [{ ...price, rentedGpus }]
      }),
    )
    .toSorted((a, b) => a.rentedGpus - b.rentedGpus || middle(a) - middle(b))[0]
}

type Price = Omit<Quote, 'rentedGpus'> & { readonly minGpus: number }

function pricesOf({ prices, ownership }: CostSources, provider: Provider, gpu: Gpu): readonly Price[] {
  if (provider.billing.unit === 'owned') return ownedPrices(gpu, ownership)
  const listed = prices
    .filter((price) => price.provider === provider.name && price.gpu === gpu.name)
    // Of another provider, and nobody should take it for this one's.
    .map((price) =>
      price.standsInFor === null
        ? price
        : { ...price, source: `${price.source} (price of ${price.standsInFor})` },
    )
  const of = (basis: GpuPrice['basis']) => listed.filter((price) => price.basis === basis)
  const serverless = provider.billing.scalesToZero ? of('serverless') : []
  return serverless.length > 0 ? serverless : of('on_demand')
}

function ownedPrices(gpu: Gpu, ownership: Ownership): readonly Price[] {
  const owned = ownedNanoUsdPerGpuHour(gpu, ownership)
  if (owned === null) return []
  // As old as the older of the two places that it was computed from.
  const readOn = gpu.readOn < ownership.readOn ? gpu.readOn : ownership.readOn
  const range = { lowNanoUsdPerGpuHour: owned.low, highNanoUsdPerGpuHour: owned.high }
  const source = `${gpu.source}; ${ownership.source}`
  return [{ ...range, basis: 'owned', source, readOn, minGpus: 1 }]
}

function costAt(provider: Provider, quote: Quote, question: CostQuestion): PlanCost {
  const { gpuCount, outputTokensPerSecond: speed, utilisation: standing = DEFAULT_UTILISATION } = question
  const { lowNanoUsdPerGpuHour: low, highNanoUsdPerGpuHour: high, basis, source, readOn } = quote
  const { scalesToZero, idleSeconds } = provider.billing
  const startMs = coldStartMs(provider, question.weightBytes)
  const burst = { burstSeconds: DEFAULT_BURST_SECONDS, coldStartMs: startMs, idleSeconds }
  const perKTok = (nanoUsdPerGpuHour: number, tokensPerSecond: number): number => {
    const rate = { nanoUsdPerGpuHour, gpuCount, tokensPerSecond }
    return scalesToZero
      ? serverlessNanoUsdPerKTok({ ...rate, ...burst })
      : standingNanoUsdPerKTok({ ...rate, utilisation: standing })
  }
  const middle = middleNanoUsd(low, high)
  return {
    provider: provider.name,
    lowNanoUsdPerGpuHour: low,
    highNanoUsdPerGpuHour: high,
    basis,
    source,
    readOn,
    nanoUsdPerKTok: perKTok(middle, speed.value),
    lowNanoUsdPerKTok: perKTok(low, speed.high),
    highNanoUsdPerKTok: perKTok(high, speed.low),
    utilisation: scalesToZero ? busyShare(burst) : standing,
    rentedGpus: quote.rentedGpus,
    monthlyNanoUsd: middle * quote.rentedGpus * HOURS_PER_MONTH,
    coldStartMs: startMs,
  }
}
