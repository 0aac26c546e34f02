import { TIERS, type Tier } from '../tiers.ts'

export type Quality = 'economy' | 'balanced' | 'best'

/** Upper borders of tiers S, M and L; above the last is XL. Source: requirements document, intelligent router. */
const BORDERS = [0.3, 0.5, 0.7] as const
const QUALITY_SHIFT: Readonly<Record<Quality, number>> = { economy: -0.2, balanced: 0, best: 0.3 }

/** Standard deviation between the complexities that two classifiers trained on different questions give one question; measured in docs/classifier.md. */
const DEVIATION = 0.14
/** From this chance on that another training would have crossed the border, both sides are defensible. */
const DEFENSIBLE = 1 / 3

const indexOf = (complexity: number) => {
  const found = BORDERS.findIndex((border) => complexity < border)
  return found === -1 ? BORDERS.length : found
}

/** The chance that another training puts the question above a border. */
const chanceAbove = (border: number, complexity: number) => normal((complexity - border) / DEVIATION)

/** The normal distribution function, within 0.0002 (Tocher's logistic with its cubic term). */
const normal = (value: number) => 1 / (1 + Math.exp(-(1.5976 * value + 0.07056 * value ** 3)))

/** How sure the tier of a complexity is: the chance that another training gives the same, and whether a neighbour is as defensible. */
export function sureness(complexity: number): { confidence: number; isAmbiguous: boolean } {
  const index = indexOf(complexity)
  const [lower, upper] = [BORDERS[index - 1], BORDERS[index]]
  const below = lower === undefined ? 0 : 1 - chanceAbove(lower, complexity)
  const above = upper === undefined ? 0 : chanceAbove(upper, complexity)
  return { confidence: 1 - below - above, isAmbiguous: Math.max(below, above) >= DEFENSIBLE }
}

/** The tier whose range holds the complexity after the requested quality has moved it; `alternative` is the next larger where that is as defensible. */
export function tierFor(
  complexity: number,
  quality: Quality = 'balanced',
): { readonly tier: Tier; readonly alternative: Tier | null } {
  const shifted = complexity + QUALITY_SHIFT[quality]
  const index = indexOf(shifted)
  const upper = BORDERS[index]
  const isClose = upper !== undefined && chanceAbove(upper, shifted) >= DEFENSIBLE
  return { tier: TIERS[index] ?? 'xl', alternative: isClose ? (TIERS[index + 1] ?? null) : null }
}
