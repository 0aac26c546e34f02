import { TIERS } from '../../shared/domain/tiers.ts'
import type { Written } from './compile.ts'
import type { Path, Problem } from './document.ts'
import { countParameters } from './parameters.ts'

/** What no file can know alone: names that nobody defines, things said twice, figures that contradict each other. */
export function contradictions(written: Written): readonly Problem[] {
  return [
    ...modelProblems(written),
    ...tierProblems(written),
    ...providerProblems(written),
    ...priceProblems(written),
    ...standInProblems(written),
    ...requirementProblems(written),
  ]
}

/** How far the counted parameters may be from the published ones, which are rounded. */
const TOLERANCE = 0.005

function modelProblems({ models: { value, problem } }: Written): readonly Problem[] {
  const off = value.models.flatMap((model, index) => {
    const { all, active } = countParameters(model)
    const differs = (key: string, counted: number, billions: number) =>
      Math.abs(counted / (billions * 1e9) - 1) <= TOLERANCE
        ? []
        : [
            problem(
              ['models', index, key],
              `the architecture has ${(counted / 1e9).toFixed(2)} billion parameters, not ${billions}: correct whichever is wrong`,
            ),
          ]
    return [
      ...differs('publishedBillionParameters', all, model.publishedBillionParameters),
      ...differs('publishedBillionActiveParameters', active, model.publishedBillionActiveParameters),
    ]
  })
  return [...off, ...repeated(value.models, ({ name }) => name, ['models'], problem)]
}

function tierProblems({ tiers: { value, problem }, models }: Written): readonly Problem[] {
  const tierOf = new Map(models.value.models.map(({ name, tier }) => [name, tier]))
  return TIERS.flatMap((tier) => {
    const { models: names, load, slo } = value.tiers[tier]
    const strangers = names.flatMap((name, index) => {
      const actual = tierOf.get(name)
      if (actual === tier) return []
      const why =
        actual === undefined ? 'is not in models.yaml: add it there' : `is of tier ${actual} there: move it`
      return [problem(['tiers', tier, 'models', index], `model ${name} ${why}, or correct the name`)]
    })
    const forgotten = models.value.models
      .filter((model) => model.tier === tier && !names.includes(model.name))
      .map(({ name }) =>
        problem(['tiers', tier, 'models'], `missing ${name}, which models.yaml puts here: add it`),
      )
    const tokens = load.promptTokens + load.outputTokens
    const tooLong = problem(
      ['tiers', tier, 'load'],
      `prompt and answer are ${tokens} tokens together: plan for ${slo.contextTokens} or fewer, or promise more`,
    )
    return [...strangers, ...forgotten, ...(tokens > slo.contextTokens ? [tooLong] : [])]
  })
}

function providerProblems({ providers: { value, problem } }: Written): readonly Problem[] {
  const inside = value.providers.flatMap(({ regions, offers, attestations }, index) => {
    const here = ['providers', index]
    const known = new Set(regions.map(({ name }) => name))
    const unknown = offers.flatMap((offer, offerIndex) =>
      offer.regions.flatMap((region, regionIndex) =>
        known.has(region)
          ? []
          : [
              problem(
                [...here, 'offers', offerIndex, 'regions', regionIndex],
                `unknown region ${region}: write one of ${[...known].join(', ')} or add it to the provider's regions`,
              ),
            ],
      ),
    )
    return [
      ...unknown,
      ...repeated(regions, ({ name }) => name, [...here, 'regions'], problem),
      ...repeated(offers, ({ gpu, instance }) => `${gpu} ${instance}`, [...here, 'offers'], problem),
      ...attestations.flatMap(({ regimes }, at) =>
        repeated(regimes, (regime) => regime, [...here, 'attestations', at, 'regimes'], problem),
      ),
    ]
  })
  return [...inside, ...repeated(value.providers, ({ name }) => name, ['providers'], problem)]
}

type PriceKey = { readonly provider: string; readonly gpu: string; readonly basis: string }
const keyOf = ({ provider, gpu, basis }: PriceKey): string => [provider, gpu, basis].join(' ')

function priceProblems(written: Written): readonly Problem[] {
  const { value, problem } = written.prices
  const rows = value.prices.flatMap((price, index) => [
    ...unsold(written, price, ['prices', index]),
    ...(price.lowUsdPerGpuHour > price.highUsdPerGpuHour
      ? [problem(['prices', index, 'lowUsdPerGpuHour'], 'the low price is above the high one: exchange them')]
      : []),
  ])
  return [...rows, ...repeated(value.prices, keyOf, ['prices'], problem)]
}

function standInProblems(written: Written): readonly Problem[] {
  const { value, problem } = written.prices
  const own = new Set(value.prices.map(keyOf))
  const rows = value.standIns.flatMap((standIn, index) => {
    const here = ['standIns', index]
    const { gpu, priceOf, priceBasis } = standIn
    const lacks = own.has(keyOf({ provider: priceOf, gpu, basis: priceBasis }))
      ? []
      : [
          problem(
            [...here, 'priceOf'],
            `${priceOf} has no ${priceBasis} price of ${gpu}: name a provider that has one, or add the price`,
          ),
        ]
    const needless = own.has(keyOf(standIn))
      ? [problem(here, `${standIn.provider} has a price of its own for ${gpu}: remove the stand-in`)]
      : []
    return [...unsold(written, standIn, here), ...lacks, ...needless]
  })
  return [...rows, ...repeated(value.standIns, keyOf, ['standIns'], problem)]
}

/** A price of something that its provider does not offer. */
function unsold({ providers, prices }: Written, { provider, gpu }: PriceKey, here: Path): readonly Problem[] {
  const seller = providers.value.providers.find(({ name }) => name === provider)
  if (seller === undefined)
    return [
      prices.problem(
        [...here, 'provider'],
        `unknown provider ${provider}: write one of providers.yaml or add it there`,
      ),
    ]
  if (seller.offers.some((offer) => offer.gpu === gpu)) return []
  return [
    prices.problem(
      [...here, 'gpu'],
      `${provider} offers no ${gpu}: add the offer to providers.yaml or remove the price`,
    ),
  ]
}

function requirementProblems({ requirements: { value, problem }, providers }: Written): readonly Problem[] {
  const known = new Set(providers.value.providers.map(({ name }) => name))
  const unknown = value.costs.flatMap(({ provider }, index) =>
    known.has(provider)
      ? []
      : [
          problem(
            ['costs', index, 'provider'],
            `unknown provider ${provider}: write one of providers.yaml or add it there`,
          ),
        ],
  )
  const key = ({ tier, gpu, gpuCount, provider }: (typeof value.costs)[number]) =>
    [tier, gpuCount, gpu, provider].join(' ')
  return [...unknown, ...repeated(value.costs, key, ['costs'], problem)]
}

/** Every entry of a list that an earlier one has already said. */
function repeated<T>(
  items: readonly T[],
  keyOfItem: (item: T) => string,
  list: Path,
  problem: (path: Path, message: string) => Problem,
): readonly Problem[] {
  const keys = items.map(keyOfItem)
  return keys.flatMap((key, index) =>
    keys.indexOf(key) < index ? [problem([...list, index], `${key} is here twice: remove one`)] : [],
  )
}
