import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Judged, routingCurve } from './metrics.ts'
import { type Chart, chart } from './plot.ts'
import type { TierReliability } from './reliability.ts'
import type { CostQuality } from './tier-choice.ts'

const FOLDER = resolve(import.meta.dirname, '../../docs/classifier')
const BLUE = '#2563eb'
const GREEN = '#059669'
const GREY = '#9ca3af'
const COLORS = [GREY, BLUE, GREEN, '#d97706']

type Figures = {
  readonly routes: readonly {
    readonly set: string
    readonly folds: readonly Judged[]
    readonly others: readonly Judged[]
    readonly byLength: readonly Judged[]
  }[]
  readonly curve: readonly CostQuality[]
  readonly singles: readonly CostQuality[]
  readonly tiers: readonly TierReliability[]
}

export function writePlots({ routes, curve, singles, tiers }: Figures) {
  mkdirSync(FOLDER, { recursive: true })
  const write = (name: string, drawn: Chart) => writeFileSync(join(FOLDER, `${name}.svg`), chart(drawn))
  for (const route of routes) write(route.set, routingChart(route))
  write('cost-quality', costChart(curve, singles))
  write('calibration', calibrationChart(tiers))
}

function routingChart({ set, folds, others, byLength }: Figures['routes'][number]): Chart {
  return {
    title: `${set}: share of the gap recovered`,
    x: { label: '% of questions to the strong model', from: 0, to: 100, step: 20 },
    y: { label: 'share of the gap between the two models', from: 0, to: 1.2, step: 0.2 },
    series: [
      { name: 'ours, folds', points: routingCurve(folds), color: BLUE },
      { name: 'ours, without set', points: routingCurve(others), color: GREEN },
      { name: 'prompt length', points: routingCurve(byLength), color: GREY },
      {
        name: 'random',
        points: [
          [0, 0],
          [100, 1],
        ],
        color: GREY,
        isDashed: true,
      },
    ],
  }
}

function costChart(curve: readonly CostQuality[], singles: readonly CostQuality[]): Chart {
  return {
    title: 'dcrouter test: choice of tier beside single models',
    x: { label: 'mean 10⁹ parameters a question', from: 0, to: 80, step: 10 },
    y: { label: 'mean score', from: 0.1, to: 0.7, step: 0.1 },
    series: [
      { name: 'ours, all borders', points: curve.map(({ cost, quality }) => [cost, quality]), color: BLUE },
      {
        name: 'one model for all',
        points: singles.map(({ cost, quality }) => [cost, quality]),
        color: '#dc2626',
        dots: singles.map(({ name }) => name),
      },
    ],
  }
}

function calibrationChart(tiers: readonly TierReliability[]): Chart {
  return {
    title: 'Calibration on held-out folds',
    x: { label: 'chance said', from: 0, to: 1, step: 0.2 },
    y: { label: 'score seen', from: 0, to: 1, step: 0.2 },
    series: [
      ...tiers.map(({ tier, bins }, index) => ({
        name: `tier ${tier.toUpperCase()}`,
        points: bins.map(({ said, seen }): [number, number] => [said, seen]),
        color: COLORS[index] ?? GREY,
      })),
      {
        name: 'exact',
        points: [
          [0, 0],
          [1, 1],
        ],
        color: GREY,
        isDashed: true,
      },
    ],
  }
}
