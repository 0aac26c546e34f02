import { checkSentence } from '../../shared/domain/grounding/check.ts'
import { readEvidence } from '../../shared/domain/grounding/reading.ts'
import { GROUNDING } from '../../shared/domain/grounding/weights.gen.ts'
import { median, percentile } from '../lib/stats.ts'
import { table } from '../lib/table.ts'
import { bestThreshold, qualityOf } from './binary.ts'
import { majority, qualityTable, type Row } from './binary-table.ts'
import {
  type Fit,
  fit,
  INPUTS,
  passage,
  type ReadSet,
  type ReadStatement,
  rate,
  rateOverlap,
} from './grounding-fit.ts'
import { likenessOf } from './static-likeness.ts'

const { threshold, intercept } = GROUNDING
/** What ships. */
export const SHIPPED: Fit = { weights: [intercept, ...INPUTS.map((input) => GROUNDING[input])], threshold }

const isDev = ({ split }: ReadSet) => split === 'dev'
const nameOf = ({ name, split }: ReadSet) => `${name} ${split}`

/** Prints the tables and returns what fell below its bar. */
export async function reportGrounding(sets: readonly ReadSet[]): Promise<string[]> {
  const overlapThreshold = bestThreshold(sets.filter(isDev).map(rateOverlap))
  const rows = sets.flatMap((set): Row[] => {
    const shipped = rate(set, SHIPPED)
    const row = { set: nameOf(set), threshold }
    return [
      { ...row, method: 'majority', rated: majority(shipped), threshold: 0.5 },
      { ...row, method: 'overlap', rated: rateOverlap(set), threshold: overlapThreshold },
      { ...row, method: 'checks (ships)', rated: shipped },
    ]
  })
  console.log(`Supported or not; threshold ${threshold} (overlap ${overlapThreshold}), both chosen on dev\n`)
  console.log(qualityTable(rows))
  console.log('\nEach dev set scored by a fit, threshold included, on the other kind of text\n')
  console.log(qualityTable(leftOut(sets.filter(isDev))))
  console.log('\nWhat each hard check says of supported and of unsupported statements\n')
  console.log(inventions(sets))
  console.log('\nWith the static token vectors besides, refitted (AUROC)\n')
  console.log(await ablation(sets))
  console.log('\nTime of one sentence against five sources of 500 tokens\n')
  console.log(speed(sets))
  return belowBars(sets)
}

/** WiCE by a fit on BEGIN, and each domain of BEGIN by a fit on WiCE and the other domains. */
function leftOut(dev: readonly ReadSet[]): Row[] {
  return dev.map((set) => {
    const fitted = fit(dev.filter((other) => other !== set))
    return { set: nameOf(set), method: 'left out', rated: rate(set, fitted), threshold: fitted.threshold }
  })
}

const REASONS = ['quote', 'number', 'date', 'name', 'polarity'] as const

const share = (statements: readonly ReadStatement[], reason: string) =>
  `${statements.filter((read) => read.reason === reason).length} / ${statements.length}`

function inventions(sets: readonly ReadSet[]): string {
  const rows = sets.flatMap((set) => {
    const [supported, unsupported] = [true, false].map((wanted) =>
      set.statements.filter(({ isSupported }) => isSupported === wanted),
    )
    return [
      [`${nameOf(set)}, supported`, ...REASONS.map((reason) => share(supported ?? [], reason))],
      [`${nameOf(set)}, unsupported`, ...REASONS.map((reason) => share(unsupported ?? [], reason))],
    ]
  })
  return table(['set', ...REASONS], rows)
}

async function ablation(sets: readonly ReadSet[]): Promise<string> {
  const likeness = new Map<ReadStatement, { synonyms: number; cosine: number }>()
  for (const { statements } of sets)
    for (const [i, found] of (await likenessOf(statements)).entries()) {
      const read = statements[i]
      if (read) likeness.set(read, found)
    }
  const variants: readonly [string, (read: ReadStatement) => readonly number[]][] = [
    ['words only (ships)', (read) => read.inputs],
    ['with synonyms', (read) => [...read.inputs, likeness.get(read)?.synonyms ?? 0]],
    ['with the cosine', (read) => [...read.inputs, likeness.get(read)?.cosine ?? 0]],
    ...INPUTS.map((input, left): [string, (read: ReadStatement) => readonly number[]] => [
      `without ${input}`,
      (read) => read.inputs.filter((_, i) => i !== left),
    ]),
  ]
  const rows = variants.map(([name, inputsOf]) => {
    const fitted = fit(sets.filter(isDev), inputsOf)
    return [name, ...sets.map((set) => qualityOf(rate(set, fitted, inputsOf), 0.5).auroc.toFixed(3))]
  })
  return table(['inputs', ...sets.map(nameOf)], rows)
}

const SOURCE_CHARACTERS = 2_200
const SOURCES = 5

const line = (name: string, values: readonly number[]) => {
  const ascending = values.toSorted((a, b) => a - b)
  return [name, median(ascending).toFixed(2), percentile(ascending, 0.95).toFixed(2)]
}

function speed(sets: readonly ReadSet[]): string {
  const statements = sets.flatMap((set) => (set.name === 'WiCE' ? set.statements : []))
  const text = statements.map(({ evidence }) => evidence).join('\n')
  const first: number[] = []
  const further: number[] = []
  const reading: number[] = []
  for (const [i, { claim }] of statements.entries()) {
    const from = (i * 997) % (text.length - SOURCES * SOURCE_CHARACTERS)
    const sources = Array.from({ length: SOURCES }, (_, k) =>
      passage(text.slice(from + k * SOURCE_CHARACTERS, from + (k + 1) * SOURCE_CHARACTERS), k + 1),
    )
    const startedAt = performance.now()
    const evidence = readEvidence(sources)
    const readAt = performance.now()
    checkSentence(claim, [], evidence.sources, evidence.rarity)
    const checkedAt = performance.now()
    checkSentence(statements[i - 1]?.claim ?? claim, [], evidence.sources, evidence.rarity)
    further.push(performance.now() - checkedAt)
    first.push(checkedAt - readAt)
    reading.push(readAt - startedAt)
  }
  return table(
    ['ms', 'median', 'p95'],
    [
      line('reading the sources, once an answer', reading),
      line('checking its first sentence', first),
      line('checking another sentence', further),
    ],
  )
}

/** Least AUROC, and least balanced accuracy at the threshold that ships. */
const BARS: Readonly<Record<string, readonly [auroc: number, balancedAccuracy: number]>> = {
  'WiCE test': [0.78, 0.7],
  'BEGIN wow test': [0.935, 0.85],
  'HaluEval test': [0.93, 0.77],
}

function belowBars(sets: readonly ReadSet[]): string[] {
  return sets.flatMap((set) => {
    const bars = BARS[nameOf(set)]
    if (!bars) return []
    const { auroc, balancedAccuracy } = qualityOf(rate(set, SHIPPED), threshold)
    const isBelow = auroc < bars[0] || balancedAccuracy < bars[1]
    return isBelow
      ? [
          `${nameOf(set)}: AUROC ${auroc.toFixed(3)}, balanced accuracy ${balancedAccuracy.toFixed(3)}; bars ${bars.join(', ')}`,
        ]
      : []
  })
}
