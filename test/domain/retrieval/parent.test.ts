import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { withParents } from '../../../shared/domain/retrieval/parent.ts'

const part = (document: string, lexical: number, dense: number, isPart = true) => ({
  document,
  lexical,
  dense,
  isPart,
})

it('prefers the chunk of a document that is about nothing else, all else being equal', () => {
  const [about, mentions] = withParents(
    [part('about', 5, 0.3), part('mentions', 5, 0.3)],
    new Map([
      ['about', 20],
      ['mentions', 4],
    ]),
  )
  expect(about?.lexical).toBeGreaterThan(mentions?.lexical ?? 0)
  expect(about?.parent).toBe(5)
  expect(mentions?.parent).toBe(1)
})

it('lets the nearest chunk of a document bring the others with it', () => {
  const [near, far, other] = withParents([part('a', 0, 0.8), part('a', 0, 0.2), part('b', 0, 0.2)], new Map())
  expect(near?.dense).toBeCloseTo(0.8)
  expect(far?.dense).toBeCloseTo(0.5)
  expect(other?.dense).toBeCloseTo(0.2)
})

it('changes nothing where every document is one chunk', () => {
  const scores = fc.double({ min: 0, max: 40, noNaN: true })
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), scores, scores)), (all) => {
      const parts = all.map(([document, lexical, dense]) => part(document, lexical, dense, false))
      for (const [i, { lexical, dense }] of withParents(parts, new Map()).entries()) {
        expect(lexical).toBeCloseTo(parts[i]?.lexical ?? -1, 9)
        expect(dense).toBeCloseTo(parts[i]?.dense ?? -1, 9)
      }
    }),
  )
})
