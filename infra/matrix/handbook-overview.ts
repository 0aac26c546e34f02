import type { Cell } from '../../shared/domain/matrix/cells/cell.ts'
import { MARGINAL_COST_RATIO } from '../../shared/domain/matrix/cells/difference.ts'
import { GPU_NAMES } from '../../shared/domain/matrix/sources/sources.ts'
import { gpuTitle, REQUIREMENT_WORDS, VERDICT_WORDS } from '../../shared/domain/matrix/words/describe.ts'
import { LEVELS, type Level, TIERS } from '../../shared/domain/tiers.ts'
import { cellFile, DIFFERS, gpuFile, LEVEL_WORDS, signOf, tierFile, tierTitle } from './handbook-cells.ts'
import { link, markdownList, markdownPage, markdownTable } from './handbook-markdown.ts'
import { PLAN_PAGE } from './plan-page.ts'

const BEST_FIRST = ['recommended', 'viable', 'fits', 'no'] as const

/** The four grids, how to read them, and every disagreement with the requirements document. */
export const overviewPage = (cells: readonly Cell[]): string =>
  markdownPage('The matrix', [
    'What runs where: four model sizes on six GPUs at four kinds of infrastructure. Every verdict is computed, from the architecture of the models, what the GPUs can do, what was measured on them, and prices with the date they were read; nobody wrote one down by hand.',
    ...LEVELS.map((level) => gridOf(cells, level)),
    readingOf(cells),
    askingOf(),
    differencesOf(cells),
  ])

function gridOf(cells: readonly Cell[], level: Level): string {
  const header = ['', ...GPU_NAMES.map((gpu) => link(gpuTitle(gpu), gpuFile(gpu)))]
  const rows = TIERS.map((tier) => [
    link(tierTitle(tier), tierFile(tier)),
    ...GPU_NAMES.map((gpu) =>
      cells
        .filter((cell) => cell.tier === tier && cell.gpu === gpu && cell.level === level)
        .map(signOf)
        .join(''),
    ),
  ])
  return `## ${capitalised(LEVEL_WORDS[level])}\n\n${markdownTable({ header, rows })}`
}

const capitalised = (words: string) => words.charAt(0).toUpperCase() + words.slice(1)

function readingOf(cells: readonly Cell[]): string {
  const signs = BEST_FIRST.map((verdict) => {
    const count = cells.filter((cell) => cell.verdict === verdict).length
    const { sign, meaning } = VERDICT_WORDS[verdict]
    return `${sign} ${verdict}: ${meaning} (${count})`
  })
  const differing = cells.filter(({ requirement }) => !requirement.agrees).length
  const differs = `${DIFFERS} the requirements document says otherwise (${differing}); the reasons stand below`
  return [
    '## How to read it',
    markdownList([...signs, differs]),
    'A tier promises a time to the first token, a time for each further one, a throughput and a length of context, for a number of answers at once. A configuration is viable when the best way to run a model of the tier there keeps all of them. What stands against it is a reason with a code: it does not run at all, it runs but breaks the promise, or it is a drawback or a doubt that one should know.',
    'Every figure has an 80 % interval and a basis: `measured` inside what was measured, `interpolated` near it, `modelled` for hardware or a model that nobody measured here. Prices carry their source and the day they were read. A replica costs by the GPU-hour; the price of a thousand tokens is that hour spread over what the replica writes at the stated share of what it can take within the promise.',
  ].join('\n\n')
}

const askingOf = () =>
  [
    '## How to ask it',
    'None of these needs a GPU, and the commands need no platform:',
    [
      '```sh',
      'npx fairlead matrix                                  # the grids; --csv and --json for programs',
      'npx fairlead explain l.h100.gpu_native               # everything about one configuration',
      'npx fairlead plan --tier l --compliance hipaa --users 200',
      '```',
    ].join('\n'),
    `The API answers the same: \`GET /v1/matrix\`, \`GET /v1/matrix/{configuration}\` and \`POST /v1/plan\`. ${link('Ten questions to the planner', PLAN_PAGE)} shows answers, and why they are right.`,
  ].join('\n\n')

function differencesOf(cells: readonly Cell[]): string {
  const rows = cells
    .filter(({ requirement }) => !requirement.agrees)
    .map((cell) => [
      link(cell.id, cellFile(cell)),
      cell.verdict,
      REQUIREMENT_WORDS[cell.requirement.verdict],
      cell.requirement.difference ?? '',
    ])
  const title = '## Where it differs from the requirements document'
  if (rows.length === 0) return `${title}\n\nNowhere: all ${cells.length} verdicts agree.`
  const header = ['configuration', 'here', 'requirements document', 'why']
  const words = `The document's "marginal" is read as what runs without keeping the promise, or keeps it at more than ${MARGINAL_COST_RATIO} times the cost of the cheapest; its "not recommended" as what does not run. ${rows.length} of ${cells.length} verdicts are others:`
  return [title, words, markdownTable({ header, rows })].join('\n\n')
}
