import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { characterOverlap } from '../../../shared/domain/evaluation/characters.ts'
import type { Found, Target } from '../../../shared/domain/evaluation/judged.ts'
import { measure, metricNamed, readBar } from '../../../shared/domain/evaluation/measures.ts'
import { ndcg, pass, precision, recall } from '../../../shared/domain/evaluation/ranking.ts'

const hit = (documentId: string, start = 0, end = 10): Found => ({ documentId, start, end })
const whole = (documentId: string, gain = 1): Target => ({ documentId, span: null, gain })
const part = (documentId: string, start: number, end: number): Target => ({
  documentId,
  span: { start, end },
  gain: 1,
})

const id = fc.constantFrom('a', 'b', 'c')
const span = fc
  .tuple(fc.nat(30), fc.integer({ min: 1, max: 20 }))
  .map(([start, length]) => ({ start, end: start + length }))
const hits = fc
  .array(fc.record({ documentId: id, span }), { maxLength: 12 })
  .map((list) => list.map(({ documentId, span: place }) => ({ documentId, ...place })))
const targets = fc.uniqueArray(
  fc.record({ documentId: id, span: fc.option(span), gain: fc.integer({ min: 1, max: 3 }) }),
  { minLength: 1, maxLength: 6, selector: (target) => JSON.stringify(target) },
)
const depth = fc.integer({ min: 1, max: 10 })

describe('what a ranking is worth', () => {
  it('is nDCG as trec_eval computes it', () => {
    const ranking = [hit('x'), hit('b'), hit('a')]
    const ideal = 2 + 1 / Math.log2(3)
    expect(ndcg(ranking, [whole('a', 2), whole('b')], 10)).toBeCloseTo((1 / Math.log2(3) + 2 / 2) / ideal, 12)
    expect(ndcg(ranking, [whole('a', 2), whole('b')], 2)).toBeCloseTo(1 / Math.log2(3) / ideal, 12)
  })

  it('counts a document once, at its best passage', () => {
    const ranking = [hit('a'), hit('a', 10, 20), hit('b')]
    expect(ndcg(ranking, [whole('a'), whole('b')], 2)).toBe(1)
    expect(recall(ranking, [whole('a'), whole('b')], 2)).toBe(1)
    expect(pass(ranking, [whole('a'), whole('b')], 2)).toBe(0.5)
    expect(precision(ranking, [whole('a'), whole('b')], 4)).toBe(0.5)
  })

  it('counts passages where the targets are passages', () => {
    const ranking = [hit('a', 0, 10), hit('a', 10, 20), hit('a', 20, 30)]
    const golden = [part('a', 12, 15), part('a', 25, 40), part('b', 0, 9)]
    expect(recall(ranking, golden, 2)).toBeCloseTo(1 / 3, 12)
    expect(pass(ranking, golden, 3)).toBeCloseTo(2 / 3, 12)
    expect(precision(ranking, golden, 3)).toBeCloseTo(2 / 3, 12)
  })

  it('takes passages that only touch for different ones', () => {
    expect(pass([hit('a', 0, 10)], [part('a', 10, 20)], 1)).toBe(0)
  })

  it('is between 0 and 1 for any ranking, and recall never falls with depth', () => {
    fc.assert(
      fc.property(hits, targets, depth, (found, wanted, k) => {
        for (const of of [ndcg, recall, precision, pass]) {
          expect(of(found, wanted, k)).toBeGreaterThanOrEqual(0)
          expect(of(found, wanted, k)).toBeLessThanOrEqual(1 + 1e-12)
        }
        expect(recall(found, wanted, k + 1)).toBeGreaterThanOrEqual(recall(found, wanted, k))
        expect(pass(found, wanted, k + 1)).toBeGreaterThanOrEqual(pass(found, wanted, k))
      }),
    )
  })

  it('never rises when something irrelevant is put first', () => {
    fc.assert(
      fc.property(hits, targets, depth, (found, wanted, k) => {
        for (const of of [ndcg, recall, precision, pass])
          expect(of([hit('irrelevant'), ...found], wanted, k)).toBeLessThanOrEqual(
            of(found, wanted, k) + 1e-12,
          )
      }),
    )
  })
})

describe('the overlap of characters', () => {
  it('is what was found of what was wanted, each character once', () => {
    const found = [hit('a', 0, 10), hit('a', 5, 15), hit('b', 0, 5)]
    const overlap = characterOverlap(found, [part('a', 8, 18), part('b', 90, 100)], 5)
    // Found [0, 15) and [0, 5), wanted 10 and 10, of both [8, 15).
    expect(overlap).toEqual({ recall: 7 / 20, precision: 7 / 20, iou: 7 / 33 })
  })

  it('agrees with a count character by character', () => {
    const marks = (spans: readonly Found[]) =>
      new Set(
        spans.flatMap(({ documentId, start, end }) =>
          Array.from({ length: end - start }, (_, i) => `${documentId}${start + i}`),
        ),
      )
    fc.assert(
      fc.property(hits, hits, depth, (found, wanted, k) => {
        const [inFound, inWanted] = [marks(found.slice(0, k)), marks(wanted)]
        const inEither = new Set([...inFound, ...inWanted]).size
        const inBoth = inFound.size + inWanted.size - inEither
        const overlap = characterOverlap(
          found,
          wanted.map(({ documentId, start, end }) => part(documentId, start, end)),
          k,
        )
        expect(overlap.recall).toBeCloseTo(inWanted.size && inBoth / inWanted.size, 12)
        expect(overlap.precision).toBeCloseTo(inFound.size && inBoth / inFound.size, 12)
        expect(overlap.iou).toBeCloseTo(inEither && inBoth / inEither, 12)
      }),
    )
  })
})

describe('the name of a measure', () => {
  it('says what is measured and how deep', () => {
    const ranking = [hit('x'), hit('a')]
    expect(measure('recall@1', ranking, [whole('a')])).toBe(0)
    expect(measure('recall@2', ranking, [whole('a')])).toBe(1)
    expect(measure('precision@2', ranking, [whole('a')])).toBe(0.5)
    expect(measure('span-recall@2', ranking, [part('a', 5, 15)])).toBe(0.5)
  })

  it('may leave its depth out', () => {
    const names = ['ndcg@10', 'recall@5', 'recall@10', 'span-recall@5', 'auroc']
    expect(metricNamed(names, 'recall')).toBe('recall@5')
    expect(metricNamed(names, 'recall@10')).toBe('recall@10')
    expect(metricNamed(names, 'auroc')).toBe('auroc')
    expect(metricNamed(names, 'pass')).toBeNull()
  })

  it.each([
    ['ndcg=0.5', { set: null, metric: 'ndcg', least: 0.5 }],
    ['beir-fiqa.recall@100=.7', { set: 'beir-fiqa', metric: 'recall@100', least: 0.7 }],
    ['ndcg', null],
    ['ndcg=5', null],
    ['ndcg=1.5', null],
    ['=0.5', null],
  ])('makes %s the bar %o', (text, bar) => {
    expect(readBar(text)).toEqual(bar)
  })
})
