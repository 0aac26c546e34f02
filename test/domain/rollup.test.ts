import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { coverRange, DAY_MS, HOUR_MS, type UsageSpan } from '../../shared/domain/rollup.ts'

const moment = fc.nat(400 * DAY_MS)
/** Ranges of every length: within an hour, a day, a year; often on boundaries. */
const range = fc
  .tuple(
    fc.oneof(
      moment,
      moment.map((ms) => ms - (ms % HOUR_MS)),
    ),
    fc.oneof(
      fc.nat(2 * HOUR_MS),
      fc.nat(3 * DAY_MS),
      fc.nat(400 * DAY_MS),
      fc.nat(72).map((n) => n * HOUR_MS),
    ),
  )
  .map(([fromMs, lengthMs]) => ({ fromMs, toMs: fromMs + lengthMs }))

const holdsWhole = (sizeMs: number, { fromMs, toMs }: UsageSpan) =>
  Math.ceil(fromMs / sizeMs) * sizeMs + sizeMs <= toMs
const isTooFine = (span: UsageSpan) =>
  span.grain !== 'day' && holdsWhole(span.grain === 'hour' ? DAY_MS : HOUR_MS, span)

describe('a range cut into days, hours and lines', () => {
  it('is covered without gap or overlap, in order', () => {
    fc.assert(
      fc.property(range, ({ fromMs, toMs }) => {
        let reachedMs = fromMs
        for (const span of coverRange(fromMs, toMs)) {
          expect(span.fromMs).toBe(reachedMs)
          expect(span.toMs).toBeGreaterThan(span.fromMs)
          reachedMs = span.toMs
        }
        expect(reachedMs).toBe(toMs)
      }),
    )
  })

  it('has sums only over whole days and hours, and lines only within single hours', () => {
    const sizes = { day: DAY_MS, hour: HOUR_MS }
    const isSound = ({ grain, fromMs, toMs }: UsageSpan) =>
      grain === 'line'
        ? Math.floor((toMs - 1) / HOUR_MS) === Math.floor(fromMs / HOUR_MS)
        : fromMs % sizes[grain] === 0 && toMs % sizes[grain] === 0
    fc.assert(
      fc.property(range, ({ fromMs, toMs }) => {
        expect(coverRange(fromMs, toMs).filter((span) => !isSound(span))).toEqual([])
      }),
    )
  })

  it('reads as coarsely as it can: never a whole hour by its lines, never a whole day by its hours', () => {
    fc.assert(
      fc.property(range, ({ fromMs, toMs }) => {
        expect(coverRange(fromMs, toMs).filter(isTooFine)).toEqual([])
      }),
    )
  })
})
