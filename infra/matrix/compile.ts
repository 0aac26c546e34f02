import type { z } from 'zod'
import type { GpuPrice, MatrixSources } from '../../shared/domain/matrix/sources/sources.ts'
import { nanoUsd, toGpu, toModel, toPrice, toProvider } from './convert.ts'
import { type Checked, type Problem, type Reading, readDocument } from './document.ts'
import { contradictions } from './references.ts'
import {
  gpusSchema,
  modelsSchema,
  ownershipSchema,
  pricesSchema,
  providersSchema,
  requirementsSchema,
  tiersSchema,
  type WrittenPrice,
  type WrittenStandIn,
} from './schema.ts'

/** Where the matrix is written, from the root of the repository. */
export const MATRIX_FOLDER = 'infra/matrix'

/** Every file as its schema accepts it. */
export type Written = {
  readonly models: Checked<z.infer<typeof modelsSchema>>
  readonly gpus: Checked<z.infer<typeof gpusSchema>>
  readonly providers: Checked<z.infer<typeof providersSchema>>
  readonly prices: Checked<z.infer<typeof pricesSchema>>
  readonly ownership: Checked<z.infer<typeof ownershipSchema>>
  readonly tiers: Checked<z.infer<typeof tiersSchema>>
  readonly requirements: Checked<z.infer<typeof requirementsSchema>>
}

export type Compilation =
  | { readonly matrix: MatrixSources; readonly problems?: undefined }
  | { readonly problems: readonly Problem[] }

/** Turns `infra/matrix/*.yaml` into what the domain computes with, or says at which lines they are wrong. */
export function compileMatrix(readText: (file: string) => string): Compilation {
  const problems: Problem[] = []
  const read = <T>(name: string, schema: z.ZodType<T>): Checked<T> | undefined => {
    const file = `${MATRIX_FOLDER}/${name}.yaml`
    const reading: Reading<T> = readDocument(file, readText(file), schema)
    if ('checked' in reading) return reading.checked
    problems.push(...reading.problems)
    return undefined
  }
  const models = read('models', modelsSchema)
  const gpus = read('gpus', gpusSchema)
  const providers = read('providers', providersSchema)
  const prices = read('prices', pricesSchema)
  const ownership = read('ownership', ownershipSchema)
  const tiers = read('tiers', tiersSchema)
  const requirements = read('requirements', requirementsSchema)
  // References can only be followed when every file could be read.
  if (!models || !gpus || !providers || !prices || !ownership || !tiers || !requirements) return { problems }
  const written = { models, gpus, providers, prices, ownership, tiers, requirements }
  const found = contradictions(written)
  return found.length > 0 ? { problems: found } : { matrix: convert(written) }
}

/** Problems as lines that an editor can jump to. */
export const printProblems = (problems: readonly Problem[]): string =>
  problems.map(({ file, line, message }) => `${file}:${line}: ${message}`).join('\n')

function convert({
  models,
  gpus,
  providers,
  prices,
  ownership,
  tiers,
  requirements,
}: Written): MatrixSources {
  const { b200, h200, h100, a100, l40s, rtx4090 } = gpus.value.gpus
  const { s, m, l, xl } = tiers.value.tiers
  return {
    models: models.value.models.map(toModel),
    gpus: {
      b200: toGpu('b200', b200),
      h200: toGpu('h200', h200),
      h100: toGpu('h100', h100),
      a100: toGpu('a100', a100),
      l40s: toGpu('l40s', l40s),
      rtx4090: toGpu('rtx4090', rtx4090),
    },
    providers: providers.value.providers.map(toProvider),
    prices: [
      ...prices.value.prices.map(toPrice),
      ...prices.value.standIns.flatMap((standIn) => lend(standIn, prices.value.prices)),
    ],
    ownership: ownership.value,
    tiers: {
      s: { tier: 's', ...s },
      m: { tier: 'm', ...m },
      l: { tier: 'l', ...l },
      xl: { tier: 'xl', ...xl },
    },
    requirementVerdicts: requirements.value.verdicts,
    requirementCosts: requirements.value.costs.map(({ usdPerHour, usdPerKTok, ...cost }) => ({
      ...cost,
      nanoUsdPerHour: nanoUsd(usdPerHour),
      nanoUsdPerKTok: nanoUsd(usdPerKTok),
    })),
  }
}

/** Another provider's price, under the name of the one that has none. */
function lend(
  { provider, gpu, basis, priceOf, priceBasis }: WrittenStandIn,
  prices: readonly WrittenPrice[],
): readonly GpuPrice[] {
  return prices
    .filter((price) => price.provider === priceOf && price.gpu === gpu && price.basis === priceBasis)
    .map((price) => ({ ...toPrice(price), provider, basis, standsInFor: priceOf }))
}
