import { statSync } from 'node:fs'
import weights from '../../models/complexity/weights.json' with { type: 'json' }
import { complexityClassifier } from '../../shared/domain/complexity/classify.ts'
import { median, percentile } from '../lib/stats.ts'
import type { Row } from './sets.ts'
import { WEIGHTS_FILE } from './weights-file.ts'

const WARM_UP = 2_000
const QUESTIONS = 10_000
const REPEATS = 5

export type Speed = {
  readonly bytes: number
  readonly medianMicros: number
  readonly p99Micros: number
  readonly longestMicros: number
}

/** Of the shipped classifier, one question a call, each the median of five; a very long question by itself. */
export function speed(rows: readonly Row[]): Speed {
  const classify = complexityClassifier(weights)
  const time = (question: string) => {
    const startedMs = performance.now()
    classify(question)
    return (performance.now() - startedMs) * 1_000
  }
  // Another process on the machine is not the classifier's time.
  const typical = (question: string) => median(Array.from({ length: REPEATS }, () => time(question)))
  const stride = Math.max(1, Math.floor(rows.length / QUESTIONS))
  const questions = rows.filter((_row, index) => index % stride === 0).map(({ question }) => question)
  for (const question of questions.slice(0, WARM_UP)) time(question)
  const micros = questions.map(typical).toSorted((a, b) => a - b)
  const longest = 'Is each of the 12 items, or none, at 4.5%? '.repeat(800)
  return {
    bytes: statSync(WEIGHTS_FILE).size,
    medianMicros: percentile(micros, 0.5),
    p99Micros: percentile(micros, 0.99),
    longestMicros: typical(longest),
  }
}
