import { statSync } from 'node:fs'
import weights from '../../models/complexity/weights.json' with { type: 'json' }
import { complexityClassifier } from '../../shared/domain/complexity/classify.ts'
import { percentile } from '../lib/stats.ts'
import type { Row } from './sets.ts'
import { WEIGHTS_FILE } from './weights-file.ts'

const WARM_UP = 2_000
const CALLS = 10_000

export type Speed = {
  readonly bytes: number
  readonly medianMicros: number
  readonly p99Micros: number
  readonly longestMicros: number
}

/** Of the shipped classifier, one question a call, in the order of the set; the longest question of all by itself. */
export function speed(rows: readonly Row[]): Speed {
  const classify = complexityClassifier(weights)
  const time = (question: string) => {
    const startedMs = performance.now()
    classify(question)
    return (performance.now() - startedMs) * 1_000
  }
  const stride = Math.max(1, Math.floor(rows.length / CALLS))
  const questions = rows.filter((_row, index) => index % stride === 0).map(({ question }) => question)
  for (const question of questions.slice(0, WARM_UP)) time(question)
  const micros = questions.map(time).toSorted((a, b) => a - b)
  const longest = 'Is each of the 12 items, or none, at 4.5%? '.repeat(800)
  const longestMicros = Array.from({ length: 101 }, () => time(longest)).toSorted((a, b) => a - b)
  return {
    bytes: statSync(WEIGHTS_FILE).size,
    medianMicros: percentile(micros, 0.5),
    p99Micros: percentile(micros, 0.99),
    longestMicros: percentile(longestMicros, 0.5),
  }
}
