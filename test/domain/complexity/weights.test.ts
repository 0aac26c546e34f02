import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'
import card from '../../../models/complexity/card.json' with { type: 'json' }
import weights from '../../../models/complexity/weights.json' with { type: 'json' }
import { FEATURES } from '../../../shared/domain/complexity/features.ts'
import { NODES, predict, SPLITS } from '../../../shared/domain/complexity/forest.ts'

const file = readFileSync(resolve(import.meta.dirname, '../../../models/complexity/weights.json'))
const forests = [weights.gain, weights.skill]

it('are the bytes that the card names, and small', () => {
  expect(card.weights.sha256).toBe(createHash('sha256').update(file).digest('hex'))
  expect(card.weights.bytes).toBe(file.length)
  expect(file.length).toBeLessThan(300_000)
})

it('are whole trees over features that exist', () => {
  for (const { features, thresholds, values } of forests) {
    const trees = values.length / NODES
    expect([features.length, thresholds.length]).toEqual([trees * SPLITS, trees * SPLITS])
    expect(features.every((feature) => feature >= -1 && feature < FEATURES.length)).toBe(true)
  }
})

const rising = FEATURES.flatMap(({ name, rises }, index) => (rises ? [{ name, index }] : []))

it.each(rising)('never make a larger model worth less when there is more of "$name"', ({ index }) => {
  const input = new Float64Array(FEATURES.length)
  const thresholds = weights.gain.thresholds.filter((_, split) => weights.gain.features[split] === index)
  const steps = [-1, ...thresholds.toSorted((a, b) => a - b).map((value) => value + 1e-9)]
  const gains = steps.map((value) => predict(weights.gain, input.with(index, value)))
  expect(gains.length).toBeGreaterThan(1)
  expect(gains).toEqual(gains.toSorted((a, b) => a - b))
})

it('ascend in their quantiles', () => {
  expect(weights.quantiles).toEqual(weights.quantiles.toSorted((a, b) => a - b))
  expect(new Set(weights.quantiles).size).toBe(weights.quantiles.length)
})
