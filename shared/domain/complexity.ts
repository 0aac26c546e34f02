import { TIERS, type Tier } from './tiers.ts'

/** 0 (trivial) to 1 (frontier). `confidence` 0..1: how far the score is from the nearest border between two tiers. */
export type Complexity = { readonly complexity: number; readonly confidence: number }

export type Quality = 'economy' | 'balanced' | 'best'

/** Upper borders of tiers S, M and L; above the last is XL. Source: requirements document, intelligent router. */
const BORDERS = [0.3, 0.5, 0.7] as const
/** A score this far from every border is as sure as this heuristic gets. */
const SURE_DISTANCE = 0.1
const QUALITY_SHIFT: Readonly<Record<Quality, number>> = { economy: -0.2, balanced: 0, best: 0.3 }

const QUESTION_WORDS = ['why', 'how', 'explain', 'analyze', 'compare'] as const
const TECHNICAL_TERMS = [
  'algorithm',
  'architecture',
  'implementation',
  'optimization',
  'performance',
  'latency',
  'throughput',
  'distributed',
  'parallel',
  'inference',
  'training',
  'model',
  'neural',
  'transformer',
] as const

const countContained = (text: string, words: readonly string[]) =>
  words.filter((word) => text.includes(word)).length
const countOccurrences = (text: string, part: string) => text.split(part).length - 1

/**
 * The requirements document's heuristic, exactly: length, question words, technical terms and the number of parts.
 * It is the baseline that any trained classifier has to beat.
 */
export function classifyComplexity(question: string): Complexity {
  const text = question.toLowerCase()
  const score =
    Math.min(question.length / 500, 0.3) +
    0.1 * countContained(text, QUESTION_WORDS) +
    0.05 * countContained(text, TECHNICAL_TERMS) +
    0.15 * (countOccurrences(question, '?') + countOccurrences(question, ' and '))
  const complexity = Math.min(1, score)
  const distance = Math.min(...BORDERS.map((border) => Math.abs(border - complexity)))
  return { complexity, confidence: Math.min(1, distance / SURE_DISTANCE) }
}

/** The tier whose range holds the complexity after the requested quality has moved it. */
export function tierFor(complexity: number, quality: Quality = 'balanced'): Tier {
  const shifted = complexity + QUALITY_SHIFT[quality]
  const index = BORDERS.findIndex((border) => shifted < border)
  return TIERS[index === -1 ? TIERS.length - 1 : index] ?? 'xl'
}
