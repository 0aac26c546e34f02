import type { Cell, Ranked, Selection } from '../../shared/domain/matrix/cells/cell.ts'
import { select } from '../../shared/domain/matrix/selection/select.ts'
import type { MatrixSources } from '../../shared/domain/matrix/sources/sources.ts'
import { digits, dollars } from '../../shared/domain/matrix/words/figures.ts'
import { markdownPage } from './handbook-markdown.ts'
import { type Column, table } from './markdown.ts'
import { PLAN_EXAMPLES, type PlanExample } from './plan-examples.ts'

export const PLAN_PAGE = 'plan-examples.md'

/** Ten questions to `fairlead plan`, with today's answers and why they are right. */
export const planPage = (cells: readonly Cell[], sources: MatrixSources): string =>
  markdownPage('Ten questions to the planner', [
    'Answered by the function behind `fairlead plan` and `POST /v1/plan`. Figures move with prices and measurements; why an answer is right is checked by a test.',
    ...PLAN_EXAMPLES.map((example) => section(example, select(cells, example.requirements, sources))),
  ])

const SHOWN = 4

function section({ title, question, options, why }: PlanExample, { ranked, rejected }: Selection): string {
  const left = ranked.length - SHOWN
  const found =
    ranked.length > 0
      ? `${table(COLUMNS, ranked.slice(0, SHOWN))}${left > 0 ? `\n\nAnd ${left} more.` : ''}`
      : `None of ${rejected.length} configurations does it.`
  const lost = rejected.at(0)
  return [
    `## ${title}`,
    question,
    `\`fairlead plan ${options}\``,
    found,
    ...(lost ? [`One that lost: \`${lost.configuration}\`. ${lost.reasons[0] ?? ''}`] : []),
    `**Why this is right.** ${why}`,
  ].join('\n\n')
}

const COLUMNS: readonly Column<Ranked>[] = [
  ['configuration', '---', ({ configuration }) => configuration],
  ['provider', '---', ({ provider }) => provider],
  ['replicas', '--:', ({ replicas }) => String(replicas)],
  ['GPUs', '--:', ({ gpuCount }) => String(gpuCount)],
  ['model', '---', ({ plan }) => `${plan.model} ${plan.precision}`],
  ['first token, p99', '--:', ({ plan }) => `${digits(plan.timeToFirstTokenP99Ms.value)} ms`],
  ['1K tokens', '--:', ({ cost }) => dollars(cost.nanoUsdPerKTok)],
  ['month', '--:', ({ monthlyNanoUsd }) => dollars(monthlyNanoUsd)],
  ['stands', '---', ({ isInstalled }) => (isInstalled ? 'today' : 'to be bought')],
]
