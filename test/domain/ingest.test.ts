import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DOCUMENT_STATES } from '../../shared/domain/document.ts'
import {
  contextualText,
  groupByBytes,
  type JobView,
  MAX_ATTEMPTS,
  nextStep,
  retryDelaySeconds,
} from '../../shared/domain/ingest.ts'

const view = (rest: Partial<JobView> = {}): JobView => ({
  state: 'queued',
  version: 2,
  attempts: 0,
  latestVersion: 2,
  isDeleted: false,
  versionState: 'queued',
  ...rest,
})

const anyView: fc.Arbitrary<JobView> = fc.record({
  state: fc.constantFrom('queued', 'running', 'done', 'failed'),
  version: fc.integer({ min: 1, max: 4 }),
  attempts: fc.nat({ max: 2 * MAX_ATTEMPTS }),
  latestVersion: fc.constant(4),
  isDeleted: fc.boolean(),
  versionState: fc.constantFrom(null, ...DOCUMENT_STATES),
})

describe('what a delivery does', () => {
  it('indexes the newest version of a document', () => {
    expect(nextStep(view())).toBe('index')
  })

  it('does nothing for a job that has ended, whatever else has happened', () => {
    fc.assert(
      fc.property(anyView, fc.constantFrom('done' as const, 'failed' as const), (any, state) => {
        expect(nextStep({ ...any, state })).toBe('nothing')
      }),
    )
  })

  it('clears the stores for a tombstone, however often that has failed', () => {
    const tombstone = view({ isDeleted: true, versionState: 'deleted', attempts: 5 * MAX_ATTEMPTS })
    expect(nextStep(tombstone)).toBe('remove')
  })

  it('never indexes a version that is deleted or gone', () => {
    fc.assert(
      fc.property(anyView, fc.constantFrom(null, 'deleted' as const), (any, versionState) => {
        expect(nextStep({ ...any, versionState })).not.toBe('index')
      }),
    )
  })

  it('leaves a version out that a newer one has overtaken before readers could see it', () => {
    for (const versionState of ['queued', 'parsing', 'embedding'] as const)
      expect(nextStep(view({ latestVersion: 3, versionState }))).toBe('supersede')
  })

  it('finishes an overtaken version that readers may see already', () => {
    expect(nextStep(view({ latestVersion: 3, versionState: 'indexing' }))).toBe('index')
  })

  it('gives up after the last attempt and not before', () => {
    expect(nextStep(view({ attempts: MAX_ATTEMPTS - 1 }))).toBe('index')
    expect(nextStep(view({ attempts: MAX_ATTEMPTS }))).toBe('give_up')
  })
})

it('waits longer after each attempt, and never longer than half a minute', () => {
  const delays = Array.from({ length: MAX_ATTEMPTS }, (_, i) => retryDelaySeconds(i))
  expect(delays).toEqual(delays.toSorted((a, b) => a - b))
  expect([delays[0], delays.at(-1)]).toEqual([2, 30])
})

describe('grouping by size', () => {
  const items = fc.array(fc.record({ bytes: fc.nat({ max: 100 }) }))

  it('keeps every item, in order', () => {
    fc.assert(
      fc.property(items, (items) => {
        expect(groupByBytes(items, 50).flat()).toEqual(items)
      }),
    )
  })

  it('keeps groups within the limit unless one item alone is larger, and makes no empty ones', () => {
    fc.assert(
      fc.property(items, (items) => {
        for (const group of groupByBytes(items, 50)) {
          const sum = group.reduce((total, { bytes }) => total + bytes, 0)
          expect(group.length > 0 && (sum <= 50 || group.length === 1)).toBe(true)
        }
      }),
    )
  })
})

it('puts title and headings in front of a chunk, and no empty lines', () => {
  expect(contextualText('Guide', ['Set up', 'Linux'], 'Run it.')).toBe('Guide\nSet up > Linux\nRun it.')
  expect(contextualText('Guide', [], 'Run it.')).toBe('Guide\nRun it.')
})
