import { answerChance, evidenceSignals } from '../../shared/domain/abstention/answerability.ts'
import { assessEvidence } from '../../shared/domain/abstention.ts'
import { quantitiesOf } from '../../shared/domain/grounding/quantities.ts'
import { readEvidence } from '../../shared/domain/grounding/reading.ts'
import { stems } from '../../shared/domain/terms.ts'
import { median, percentile } from '../lib/stats.ts'
import { table } from '../lib/table.ts'
import type { Asked, AskedSets } from './abstention.ts'
import { bestThreshold, qualityOf, type Rated } from './binary.ts'
import { majority, qualityTable, type Row } from './binary-table.ts'
import { passage } from './grounding-fit.ts'

const NEGATIVES = ['adversarial', 'sibling', 'foreign'] as const
const OUTCOMES = ['answerable', 'no_evidence', 'insufficient', 'conflicting', 'underspecified'] as const

/** The chance that passages answer, above 1 for the questions that are answered: ranking and decision in one. */
function score({ question, sources }: Asked): number {
  const chance = answerChance(evidenceSignals(question, readEvidence(sources)))
  return assessEvidence(question, sources).outcome === 'answerable' ? 1 + chance : chance
}

function overlap({ question, sources }: Asked): number {
  const asked = [...new Set(stems(question))]
  const given = new Set(sources.flatMap(({ text }) => stems(text)))
  return asked.length === 0 ? 0 : asked.filter((stem) => given.has(stem)).length / asked.length
}

function rateAll(
  sets: AskedSets,
  negative: (typeof NEGATIVES)[number],
  by: (asked: Asked) => number,
): Rated[] {
  const rated = (asked: readonly Asked[], isPositive: boolean) =>
    asked.map((one): Rated => ({ score: by(one), isPositive, group: one.group }))
  return [...rated(sets.answerable, true), ...rated(sets[negative], false)]
}

type Data = { readonly dev: AskedSets; readonly test: AskedSets; readonly hotpot: readonly Asked[] }

/** Prints the tables and returns what fell below its bar. */
export function reportAbstention({ dev, test, hotpot }: Data): string[] {
  const overlapThreshold = bestThreshold([rateAll(dev, 'adversarial', overlap)])
  const rows = NEGATIVES.flatMap((negative): Row[] => {
    const chances = rateAll(test, negative, score)
    const set = `answerable or ${negative}`
    return [
      { set, method: 'majority', rated: majority(chances), threshold: 0.5 },
      { set, method: 'overlap', rated: rateAll(test, negative, overlap), threshold: overlapThreshold },
      { set, method: 'assessment (ships)', rated: chances, threshold: 1 },
    ]
  })
  console.log('\nSQuAD 2, held-out articles: is the question answerable from the paragraph?\n')
  console.log(qualityTable(rows))
  console.log('\nOutcomes, share of questions\n')
  const outcomes = new Map([
    ...(['answerable', ...NEGATIVES] as const).map((kind) => [`SQuAD 2, ${kind}`, test[kind]] as const),
    ['SQuAD 2, answerable, five passages', test.crowded],
    ['HotpotQA, ten passages', hotpot],
    ['SQuAD 2, contradicted', contradicted(test.answerable)],
  ])
  const shares = new Map([...outcomes].map(([name, asked]) => [name, sharesOf(asked)]))
  const shown = [...shares].map(([name, share]) => [name, ...OUTCOMES.map((one) => share[one].toFixed(3))])
  console.log(table(['set', ...OUTCOMES], shown))
  console.log(`\n${speed([...test.answerable.slice(0, 300), ...hotpot])}`)
  return belowBars(test, shares)
}

type Shares = Record<(typeof OUTCOMES)[number], number>

function sharesOf(asked: readonly Asked[]): Shares {
  const counts = { answerable: 0, no_evidence: 0, insufficient: 0, conflicting: 0, underspecified: 0 }
  for (const { question, sources } of asked)
    counts[assessEvidence(question, sources).outcome] += 1 / asked.length
  return counts
}

/** Questions answered by a number, with a second document that states another one: the same paragraph, the number raised. */
function contradicted(answerable: readonly Asked[]): Asked[] {
  return answerable.flatMap((asked) => {
    const [answer = ''] = asked.answers
    const [first, ...others] = quantitiesOf(answer)
    const [source] = asked.sources
    if (!source || !first || others.length > 0 || !/^\d+$/.test(answer.slice(first.start, first.end).trim()))
      return []
    const other = answer.replace(/\d+/, (digits) => String(Number(digits) + 7))
    return [{ ...asked, sources: [source, passage(source.text.replaceAll(answer, other), 2)] }]
  })
}

function speed(asked: readonly Asked[]): string {
  const times = asked.map(({ question, sources }) => {
    const startedAt = performance.now()
    assessEvidence(question, sources)
    return performance.now() - startedAt
  })
  const ascending = times.toSorted((a, b) => a - b)
  return `assessEvidence: median ${median(ascending).toFixed(2)} ms, p95 ${percentile(ascending, 0.95).toFixed(2)} ms`
}

/** Least AUROC by kind of question that is not answered. */
const BARS = { adversarial: 0.55, sibling: 0.93, foreign: 0.98 } as const
const MOST_REFUSED = 0.1
const MOST_FALSE_ALARMS = 0.01

function belowBars(test: AskedSets, shares: ReadonlyMap<string, Shares>): string[] {
  const below = NEGATIVES.flatMap((negative) => {
    const { auroc } = qualityOf(rateAll(test, negative, score), 0.5)
    return auroc < BARS[negative] ? [`${negative}: AUROC ${auroc.toFixed(3)}, bar ${BARS[negative]}`] : []
  })
  for (const name of [
    'SQuAD 2, answerable',
    'SQuAD 2, answerable, five passages',
    'HotpotQA, ten passages',
  ]) {
    const share = shares.get(name)
    if (!share) continue
    const alarms = share.conflicting + share.underspecified
    if (1 - share.answerable > MOST_REFUSED)
      below.push(`${name}: ${(1 - share.answerable).toFixed(3)} refused`)
    if (alarms > MOST_FALSE_ALARMS) below.push(`${name}: ${alarms.toFixed(3)} conflicting or underspecified`)
  }
  return below
}
