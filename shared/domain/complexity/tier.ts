import { TIERS, type Tier } from '../tiers.ts'

export type Quality = 'economy' | 'balanced' | 'best'

/** Upper borders of tiers S, M and L; above the last is XL. Source: requirements document, intelligent router. */
const BORDERS = [0.3, 0.5, 0.7] as const
const QUALITY_SHIFT: Readonly<Record<Quality, number>> = { economy: -0.2, balanced: 0, best: 0.3 }

/** How far the complexities of one question, as two classifiers trained on different halves of the questions see it, stand apart (docs/classifier.md). */
const DEVIATION = 0.1
/** Below this chance of choosing the same tier again, both tiers are defensible. */
const SURE = 0.75

const distanceToBorder = (complexity: number) =>
  Math.min(...BORDERS.map((border) => Math.abs(border - complexity)))

/** How sure the tier of a complexity is. */
export function sureness(complexity: number): { confidence: number; isAmbiguous: boolean } {
  const confidence = normal(distanceToBorder(complexity) / DEVIATION)
  return { confidence, isAmbiguous: confidence < SURE }
}

/** The normal distribution function for a value of at least 0, within 0.0002 (Tocher's logistic with its cubic term). */
const normal = (value: number) => 1 / (1 + Math.exp(-(1.5976 * value + 0.07056 * value ** 3)))

/** The tier whose range holds the complexity after the requested quality has moved it; `alternative` is the next larger where that is as defensible. */
export function tierFor(
  complexity: number,
  quality: Quality = 'balanced',
): { readonly tier: Tier; readonly alternative: Tier | null } {
  const shifted = complexity + QUALITY_SHIFT[quality]
  const found = BORDERS.findIndex((border) => shifted < border)
  const index = found === -1 ? TIERS.length - 1 : found
  const border = BORDERS[index]
  const isClose = border !== undefined && normal((border - shifted) / DEVIATION) < SURE
  return { tier: TIERS[index] ?? 'xl', alternative: isClose ? (TIERS[index + 1] ?? null) : null }
}
