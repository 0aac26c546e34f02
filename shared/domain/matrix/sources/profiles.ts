import type { Tier } from '../../tiers.ts'
import { MATRIX } from './sources.gen.ts'
import type { TierTarget } from './sources.ts'

/** What retrieval does for a tier. Sizes are tokens; `outputTokens` is the longest answer asked of the model. */
export type RetrievalProfile = TierTarget['retrieval']

const { s, m, l, xl } = MATRIX.tiers
export const RETRIEVAL_PROFILES: Readonly<Record<Tier, RetrievalProfile>> = {
  s: s.retrieval,
  m: m.retrieval,
  l: l.retrieval,
  xl: xl.retrieval,
}
