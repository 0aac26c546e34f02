import { checkSentence, type Unsupported } from '../../shared/domain/grounding/check.ts'
import { type Signals, supportOf } from '../../shared/domain/grounding/entailment.ts'
import { quotationsOf } from '../../shared/domain/grounding/quotations.ts'
import { readEvidence } from '../../shared/domain/grounding/reading.ts'
import type { Source } from '../../shared/domain/passage.ts'
import { stems } from '../../shared/domain/terms.ts'
import { dot, logistic } from '../complexity/logistic.ts'
import { bestThreshold, type Rated } from './binary.ts'
import type { Statement, StatementSet } from './grounding.ts'

/** A statement with all that is measured of it. */
export type ReadStatement = Statement & {
  readonly inputs: readonly number[]
  /** Stands in the evidence word by word (1), says nothing at all (0), or is to be judged (null). */
  readonly certain: 0 | 1 | null
  /** A number, date, name, quotation or "not" that is not in the evidence. */
  readonly isInvented: boolean
  readonly reason: Unsupported | null
  /** The baseline: share of the statement's stems that the evidence has. */
  readonly overlap: number
}

export type ReadSet = Omit<StatementSet, 'statements'> & { readonly statements: readonly ReadStatement[] }

export const INPUTS: readonly (keyof Signals)[] = ['coverage', 'talk']

export function passage(text: string, number = 1, title = ''): Source {
  const documentId = `${title}${number}`
  const span = { start: 0, end: text.length }
  return {
    number,
    documentId,
    version: 1,
    title,
    ...span,
    text,
    headings: [],
    labels: [],
    score: 1,
    probability: 1,
  }
}

export function readSet(set: StatementSet): ReadSet {
  return { ...set, statements: set.statements.map(readStatement) }
}

function readStatement(statement: Statement): ReadStatement {
  const { claim, evidence } = statement
  const { sources, rarity } = readEvidence([passage(evidence)])
  const quotations = quotationsOf(claim).map(({ start, end }) => claim.slice(start, end))
  const { checks, reason, signals } = checkSentence(claim, quotations, sources, rarity)
  const said = [...new Set(stems(claim))]
  const given = new Set(stems(evidence))
  const certain = checks.entailment === 0 || checks.entailment === 1 ? checks.entailment : null
  return {
    ...statement,
    inputs: INPUTS.map((input) => signals[input]),
    certain,
    isInvented: reason !== null && reason !== 'entailment',
    reason,
    overlap: said.length === 0 ? 0 : said.filter((stem) => given.has(stem)).length / said.length,
  }
}

export type Fit = { readonly weights: readonly number[]; readonly threshold: number }

/** Strength of the pull towards 0: each weight is held by this many squared units of a point that says nothing. */
const PULL = 3
/** The threshold changes what an invention's support is, which changes the threshold: a few rounds settle it. */
const ROUNDS = 5

/** A logistic on the statements that words must decide, its intercept for an even prior, and the threshold that tells best. */
export function fit(sets: readonly ReadSet[], inputsOf = (read: ReadStatement) => read.inputs): Fit {
  const points = sets
    .flatMap(({ statements }) => statements)
    .filter(({ certain, isInvented }) => certain === null && !isInvented)
    .map((read) => ({ input: [1, ...inputsOf(read)], label: read.isSupported ? 1 : 0 }))
  const width = points[0]?.input.length ?? 0
  const held = Array.from({ length: width - 1 }, (_, i) => ({
    input: Array.from({ length: width }, (_, k) => (k === i + 1 ? PULL : 0)),
    label: 0.5,
  }))
  const [intercept = 0, ...weights] = logistic([...points, ...held], width)
  const supported = points.filter(({ label }) => label === 1).length
  const even = [intercept + Math.log((points.length - supported) / supported), ...weights]
  const rounded = even.map((weight) => Number(weight.toFixed(3)))
  let threshold = 0.5
  for (let round = 0; round < ROUNDS; round += 1)
    threshold = bestThreshold(sets.map((set) => rate(set, { weights: rounded, threshold }, inputsOf)))
  return { weights: rounded, threshold }
}

/** Support of each statement as the platform gives it. */
export function rate(
  { statements }: ReadSet,
  { weights, threshold }: Fit,
  inputsOf = (read: ReadStatement) => read.inputs,
): Rated[] {
  return statements.map((read) => {
    const chance = read.certain ?? 1 / (1 + Math.exp(-dot(weights, [1, ...inputsOf(read)])))
    return {
      score: supportOf(chance, read.isInvented, threshold),
      isPositive: read.isSupported,
      group: read.evidence,
    }
  })
}

export function rateOverlap({ statements }: ReadSet): Rated[] {
  return statements.map(({ overlap, isSupported, evidence }) => ({
    score: overlap,
    isPositive: isSupported,
    group: evidence,
  }))
}
