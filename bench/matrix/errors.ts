import { QUANTITIES, type Quantity } from '../../shared/domain/matrix/model/performance.ts'
import { median, percentile } from '../lib/stats.ts'
import { coverage, errors, ofKind, used } from './calibrate.ts'
import { fitConstants } from './fit.ts'
import type { Point } from './points.ts'
import { byFold, byGroup, FOLDS, foldOf, type HeldOut, trusted } from './split.ts'

export type Errors = {
  /** What was judged, and how, in sentences. */
  readonly basis: readonly string[]
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
  readonly covered: string
  readonly bars: readonly Bar[]
}

/** How far the model falls from measurements that were kept out of its fit. */
export function measureErrors(all: readonly Point[]): Errors {
  const points = used(all)
  const held = byFold(points)
  const dense = ofKind(held, false)
  const unseen = { gpu: byGroup(points, ({ gpu }) => gpu), size: byGroup(points, ({ size }) => size) }
  const sure = new Set(trusted(points))
  const doubted = points.filter((point) => !sure.has(point))
  const covered = coverages(dense)
  return {
    basis: [
      `${points.length} measured points (dense models on vLLM, DeepSeek-V3 and R1 on SGLang and TensorRT-LLM), ${FOLDS} folds by sweep; each is judged by constants fitted without its fold.`,
      `Not fitted on, since a point of the run would need more than 85 % of the GPU's arithmetic: ${doubted.length} points (${[...new Set(doubted.map(({ sweep }) => sweep.split(' ').slice(0, 3).join(' ')))].join(', ')}). They are judged like all others.`,
    ],
    header: HEADER,
    rows: [
      row('all', held),
      row('dense, vLLM', dense),
      row(
        'dense, trusted',
        dense.filter(({ point }) => sure.has(point)),
      ),
      row('experts, SGLang and TRT-LLM', ofKind(held, true)),
      ...grouped('model ', dense, ({ size }) => size),
      ...grouped('GPU ', dense, ({ gpu }) => gpu),
      ...grouped('precision ', dense, ({ deployment }) => deployment.precision),
      ...BANDS.flatMap((band) =>
        grouped(
          'at once ',
          dense.filter(({ point }) => bandOf(point) === band),
          bandOf,
        ),
      ),
      ...grouped('unseen GPU ', ofKind(unseen.gpu, false), ({ gpu }) => gpu),
      ...grouped('unseen model ', unseen.size, ({ size }) => size),
      ...others(all, points),
    ],
    covered: `80 % intervals, from the other folds, hold (dense): ${covered.map(({ quantity, share }) => `${WORDS[quantity]} ${percent(share)}`).join(', ')}.`,
    bars: bars(dense, unseen.gpu, covered),
  }
}

const WORDS = {
  token: 'time between tokens',
  firstAmongFew: 'first token among 8 or fewer',
  firstAmongMany: 'first token among more',
} as const satisfies Readonly<Record<Quantity, string>>

const coverages = (dense: readonly HeldOut[]) =>
  QUANTITIES.map((quantity) => ({
    quantity,
    share: coverage(
      Array.from({ length: FOLDS }, (_, fold) => dense.filter(({ point }) => foldOf(point) === fold)),
      quantity,
    ),
  }))

const HEADER = [
  '',
  'points',
  'TPOT median',
  'p90',
  'bias',
  'TTFT ≤ 8 median',
  'p90',
  'TTFT > 8 median',
  'p90',
]

function row(name: string, held: readonly HeldOut[]): string[] {
  const [token = [], few = [], many = []] = QUANTITIES.map((quantity) => relative(held, quantity))
  const bias = held.length > 0 ? percent(Math.expm1(median(errors(held, 'token')))) : '-'
  return [name, String(held.length), ...pair(token), bias, ...pair(few), ...pair(many)]
}

/** |predicted ÷ measured − 1|, ascending. */
const relative = (held: readonly HeldOut[], quantity: Quantity): number[] =>
  errors(held, quantity)
    .map((error) => Math.abs(Math.expm1(error)))
    .toSorted((a, b) => a - b)

const pair = (ascending: readonly number[]) =>
  ascending.length === 0 ? ['-', '-'] : [percent(median(ascending)), percent(percentile(ascending, 0.9))]

const percent = (share: number) => `${(100 * share).toFixed(1)} %`

function grouped(prefix: string, held: readonly HeldOut[], nameOf: (point: Point) => string): string[][] {
  const names = [...new Set(held.map(({ point }) => nameOf(point)))]
  return names.map((name) =>
    row(
      prefix + name,
      held.filter(({ point }) => nameOf(point) === name),
    ),
  )
}

const BANDS = ['1 to 4', '5 to 8', '9 to 16', '17 to 32', '33 to 64', 'over 64'] as const
const UPPER = [4, 8, 16, 32, 64] as const
function bandOf({ concurrency }: Point): (typeof BANDS)[number] {
  const index = UPPER.findIndex((most) => concurrency <= most)
  return BANDS.at(index) ?? 'over 64'
}

/** Dense models on other engines: never fitted on, and not what the matrix plans for; they show how much of an engine is in the constants. */
function others(all: readonly Point[], points: readonly Point[]): string[][] {
  const constants = fitConstants(trusted(points))
  const held = all.filter((point) => !points.includes(point)).map((point) => ({ point, constants }))
  return grouped('not fitted: ', held, ({ engine, size }) => `${size} on ${engine}`)
}

export type Bar = {
  readonly name: string
  readonly seen: number
  readonly least?: number
  readonly most: number
}

function bars(
  dense: readonly HeldOut[],
  unseenGpu: readonly HeldOut[],
  covered: readonly { readonly quantity: Quantity; readonly share: number }[],
): Bar[] {
  const token = relative(dense, 'token')
  const gpus = [...new Set(dense.map(({ point }) => point.gpu))]
  return [
    { name: 'TPOT median', seen: median(token), most: 0.1 },
    { name: 'TPOT p90', seen: percentile(token, 0.9), most: 0.3 },
    { name: 'TTFT median among 8 or fewer', seen: median(relative(dense, 'firstAmongFew')), most: 0.2 },
    ...gpus.map((gpu) => ({
      name: `TPOT median, unseen ${gpu}`,
      seen: median(
        relative(
          ofKind(unseenGpu, false).filter(({ point }) => point.gpu === gpu),
          'token',
        ),
      ),
      most: 0.12,
    })),
    ...covered
      .filter(({ quantity }) => quantity !== 'firstAmongMany')
      .map(({ quantity, share }) => ({
        name: `80 % intervals, ${WORDS[quantity]}`,
        seen: share,
        least: 0.75,
        most: 0.85,
      })),
  ]
}

export const isMet = ({ seen, least = 0, most }: Bar): boolean => seen >= least && seen <= most

export function describeBar(bar: Bar): string {
  const { name, seen, least, most } = bar
  const wanted = least === undefined ? `at most ${percent(most)}` : `${percent(least)} to ${percent(most)}`
  return `${isMet(bar) ? '✓' : '✗'} ${name}: ${percent(seen)} (${wanted})`
}
