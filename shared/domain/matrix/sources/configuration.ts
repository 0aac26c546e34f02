import { LEVELS, type Level, TIERS, type Tier } from '../../tiers.ts'
import { GPU_NAMES, type GpuName } from './sources.ts'

/** One of the 96 cells, by what it is made of. */
export type Configuration = { readonly tier: Tier; readonly gpu: GpuName; readonly level: Level }

/** `m.a100.gpu_native` */
export const configurationId = ({ tier, gpu, level }: Configuration): string => `${tier}.${gpu}.${level}`

/** Null for what is not one of the 96. */
export function parseConfiguration(id: string): Configuration | null {
  const [first, second, third, ...rest] = id.split('.')
  const tier = TIERS.find((name) => name === first)
  const gpu = GPU_NAMES.find((name) => name === second)
  const level = LEVELS.find((name) => name === third)
  return tier && gpu && level && rest.length === 0 ? { tier, gpu, level } : null
}
