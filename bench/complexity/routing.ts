// How well the classifier sends questions to a strong model, beside what needs no training and what cannot be beaten.
import { fit, type Scored, score } from './fit.ts'
import { apgrInterval, type Interval, type Judged, type Routing, routing } from './metrics.ts'
import { seeded } from './random.ts'
import { requirementsHeuristic } from './requirements-heuristic.ts'
import { type Row, without } from './sets.ts'

const INTERVAL_SEED = 11

/** One router on one set. */
export type Column = Routing & { readonly router: string; readonly set: string; readonly interval: Interval }

const BASELINES = {
  'prompt length': ({ question }: Row) => question.length,
  'requirements heuristic': ({ question }: Row) => requirementsHeuristic(question),
  oracle: ({ strong, weak }: Row) => strong - weak,
} as const

const judged = ({ row, gain }: Scored): Judged => ({ score: gain, weak: row.weak, strong: row.strong })

export function column(router: string, set: string, questions: readonly Judged[]): Column {
  const interval = apgrInterval(questions, seeded(INTERVAL_SEED))
  return { router, set, ...routing(questions), interval }
}

export function baselines(rows: readonly Row[]): Column[] {
  const set = rows[0]?.set ?? ''
  return Object.entries(BASELINES).map(([name, scoreOf]) => column(name, set, rank(rows, scoreOf)))
}

export const byLength = (rows: readonly Row[]) => rank(rows, BASELINES['prompt length'])

function rank(rows: readonly Row[], scoreOf: (row: Row) => number): Judged[] {
  return rows.map((row) => ({ score: scoreOf(row), weak: row.weak, strong: row.strong }))
}

/** The questions of a set as forests trained on the other folds of all sets score them. */
export function byFolds(scored: readonly Scored[], rows: readonly Row[]): Judged[] {
  return scored.filter(({ row }) => row.set === rows[0]?.set).map(judged)
}

/** A set as forests trained without it score it; what the other sets share with it is taken out of them, too. */
export function byOtherSets(rows: readonly Row[], held: readonly Row[]): Judged[] {
  const [set] = held.map((row) => row.set)
  const others = rows.filter((row) => row.set !== set)
  return score(held, fit(without(others, held))).map(judged)
}
