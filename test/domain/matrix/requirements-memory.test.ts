import { describe, expect, it } from 'vitest'
import { kvBytesPerToken } from '../../../shared/domain/matrix/model/deployment.ts'
import {
  REQUIREMENTS_EXAMPLES,
  requirementsMemoryGb,
} from '../../../shared/domain/matrix/model/requirements-memory.ts'
import { MATRIX } from '../../../shared/domain/matrix/sources/sources.gen.ts'

const example = (tier: string) => {
  const found = REQUIREMENTS_EXAMPLES.find((candidate) => candidate.tier === tier)
  if (!found) throw new Error(`No example ${tier}`)
  return found
}

describe("the requirements document's memory formula", () => {
  it.each([
    // weights × 1.15 + tokens × sequences × 0.1 MB × billions + 3
    ['s', 5, 1.725 + 39.322 + 3],
    ['m', 15, 9.2 + 104.858 + 3],
    ['l', 95, 80.5 + 917.504 + 3],
    ['xl', 520, 465.75 + 5_308.416 + 3],
  ])('gives for tier %s not the %d GB that its comment claims but %d', (tier, claimedGb, computedGb) => {
    expect(example(tier).claimedGb).toBe(claimedGb)
    expect(requirementsMemoryGb(example(tier))).toBeCloseTo(computedGb, 2)
  })

  it('gives between 7 and 12 times what is claimed in every example', () => {
    const ratios = REQUIREMENTS_EXAMPLES.map((load) => requirementsMemoryGb(load) / load.claimedGb)
    expect(ratios.map((ratio) => Math.round(ratio * 10) / 10)).toEqual([8.8, 7.8, 10.5, 11.1])
  })

  it('takes 6 to 78 times the cache of a token of models with grouped attention', () => {
    const times = MATRIX.models
      .filter(({ name }) => /Llama-3\.1/.test(name))
      .map((model) => ((model.parameters / 1e9) * 1e5) / kvBytesPerToken(model))
    expect(times.map(Math.floor)).toEqual([6, 21, 78])
  })

  it('is claimed to give weights and overhead and at most a quarter more: nearly no cache at all', () => {
    for (const load of REQUIREMENTS_EXAMPLES) {
      const withoutCache = requirementsMemoryGb({ ...load, sequences: 0 })
      expect(load.claimedGb / withoutCache).toBeGreaterThan(1)
      expect(load.claimedGb / withoutCache).toBeLessThan(1.25)
    }
  })
})
