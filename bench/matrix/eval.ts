// npm run eval:matrix: how far the performance model falls from measurements that were kept out of its fit. Fails when a bar is missed.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { median, percentile } from '../lib/stats.ts'
import { table } from '../lib/table.ts'
import { coverage, errors, ofKind, used } from './calibrate.ts'
import { fitConstants } from './fit.ts'
import { type Point, readPoints } from './points.ts'
import { byFold, byGroup, FOLDS, foldOf, type HeldOut, trusted } from './split.ts'

function evaluate(all: readonly Point[]) {
  const points = used(all)
  const held = byFold(points)
  const dense = ofKind(held, false)
  const unseen = { gpu: byGroup(points, ({ gpu }) => gpu), size: byGroup(points, ({ size }) => size) }
  const doubted = points.filter((point) => !trusted(points).includes(point))
  console.log(
    `${points.length} measured points (dense models on vLLM, DeepSeek-V3/R1 on SGLang and TensorRT-LLM), ${FOLDS} folds by sweep; each judged by constants fitted without its fold.\n` +
      `Not fitted on, since a point of the run would need more than 85 % of the GPU's arithmetic: ${doubted.length} points (${[...new Set(doubted.map(({ sweep }) => sweep.split(' ').slice(0, 3).join(' ')))].join(', ')}). They are judged like all others.\n`,
  )
  console.log(
    table(HEADER, [
      row('all', held),
      row('dense, vLLM', dense),
      row(
        '  of them trusted',
        dense.filter(({ point }) => !doubted.includes(point)),
      ),
      row('experts, SGLang and TRT-LLM', ofKind(held, true)),
      ...grouped('model ', dense, ({ size }) => size),
      ...grouped('GPU ', dense, ({ gpu }) => gpu),
      ...grouped('precision ', dense, ({ deployment }) => deployment.precision),
      ...grouped('at once ', dense, bandOf),
      ...grouped('unseen GPU ', ofKind(unseen.gpu, false), ({ gpu }) => gpu),
      ...grouped('unseen model ', unseen.size, ({ size }) => size),
      ...others(all, points),
    ]),
  )
  const covered = (['token', 'firstAmongFew', 'firstAmongMany'] as const).map((quantity) => ({
    quantity,
    share: coverage(
      Array.from({ length: FOLDS }, (_, fold) => dense.filter(({ point }) => foldOf(point) === fold)),
      quantity,
    ),
  }))
  console.log(
    `\n80 % intervals, from the other folds, hold (dense): ${covered.map(({ quantity, share }) => `${quantity} ${percent(share)}`).join(', ')}`,
  )
  report(bars(dense, unseen.gpu, covered))
}

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
const QUANTITIES = ['token', 'firstAmongFew', 'firstAmongMany'] as const

function row(name: string, held: readonly HeldOut[]): string[] {
  const [token = [], few = [], many = []] = QUANTITIES.map((quantity) => relative(held, quantity))
  const bias = held.length > 0 ? percent(Math.expm1(median(errors(held, 'token')))) : '-'
  return [name, String(held.length), ...pair(token), bias, ...pair(few), ...pair(many)]
}

/** |predicted ÷ measured − 1|, ascending. */
const relative = (held: readonly HeldOut[], quantity: (typeof QUANTITIES)[number]): number[] =>
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

const BANDS = [4, 8, 16, 32, 64] as const
function bandOf({ concurrency }: Point): string {
  const upper = BANDS.find((most) => concurrency <= most)
  return upper === undefined ? '> 64' : `≤ ${upper}`
}

/** Dense models on other engines: never fitted on, and not what the matrix plans for; they show how much of an engine is in the constants. */
function others(all: readonly Point[], points: readonly Point[]): string[][] {
  const constants = fitConstants(trusted(points))
  const held = all.filter((point) => !points.includes(point)).map((point) => ({ point, constants }))
  return grouped('not fitted: ', held, ({ engine, size }) => `${size} on ${engine}`)
}

type Bar = { readonly name: string; readonly seen: number; readonly least?: number; readonly most: number }

function bars(
  dense: readonly HeldOut[],
  unseenGpu: readonly HeldOut[],
  covered: readonly { readonly quantity: string; readonly share: number }[],
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
        name: `80 % intervals, ${quantity}`,
        seen: share,
        least: 0.75,
        most: 0.85,
      })),
  ]
}

function report(all: readonly Bar[]) {
  const missed = all.filter(({ seen, least = 0, most }) => !(seen >= least && seen <= most))
  for (const { name, seen, least, most } of all) {
    const wanted = least === undefined ? `at most ${percent(most)}` : `${percent(least)} to ${percent(most)}`
    console.log(
      `${missed.some((one) => one.name === name) ? '✗' : '✓'} ${name}: ${percent(seen)} (${wanted})`,
    )
  }
  if (missed.length > 0) process.exitCode = 1
}

const folder = process.env['FAIRLEAD_DATA'] ?? ''
if (existsSync(join(folder, 'aic/silicon_sample.csv'))) evaluate(readPoints(folder))
else console.log('Not measured: FAIRLEAD_DATA has no aic/silicon_sample.csv')
