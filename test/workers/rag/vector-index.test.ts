import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type QuantisedVector, quantise, restore, unit } from '../../../shared/domain/vector.ts'
import { scanner } from '../../../workers/rag/objects/scanner.ts'
import { VectorIndex } from '../../../workers/rag/objects/vector-index.ts'

// The types are those of workerd, which takes no code at run time.
const Module = WebAssembly.Module as unknown as new (bytes: Uint8Array) => WebAssembly.Module
const MODULE = new Module(readFileSync('workers/rag/objects/scan.wasm'))
/** Vectors nearer to each other than this may change places. */
const TIE = 1e-4

type Stored = { readonly row: number; readonly document: number; readonly vector: QuantisedVector }

function indexOf(stored: readonly Stored[], dimensions: number): VectorIndex {
  const index = new VectorIndex(MODULE, dimensions)
  for (const { row, document, vector } of stored) index.add(row, document, vector)
  return index
}

const dot = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)

function plainCosine({ vector }: Stored, question: Float32Array, mean: Float32Array): number {
  const centred = restore(vector).map((value, i) => value - (mean[i] ?? 0))
  const norm = Math.sqrt(dot(centred, centred))
  return norm > 0 ? dot(centred, question) / norm : 0
}

const value = fc.float({ min: -1, max: 1, noNaN: true })
const vectorOf = (dimensions: number) =>
  fc
    .array(value, { minLength: dimensions, maxLength: dimensions })
    .map((values) => unit(Float32Array.from(values)))
const setOf = (dimensions: number) =>
  fc.record({
    question: vectorOf(dimensions),
    mean: vectorOf(dimensions).map((vector) => vector.map((one) => one / 3)),
    stored: fc
      .array(vectorOf(dimensions).map(quantise), { minLength: 1, maxLength: 40 })
      .map((vectors) => vectors.map((vector, i): Stored => ({ row: 10 * i + 3, document: i % 5, vector }))),
  })

describe('the scan', () => {
  it.each([2, 16, 17, 384])('finds what plain arithmetic finds, in %i dimensions', (dimensions) => {
    fc.assert(
      fc.property(setOf(dimensions), fc.integer({ min: 1, max: 20 }), ({ question, mean, stored }, limit) => {
        const plain = new Map(stored.map((one) => [one.row, plainCosine(one, question, mean)]))
        const best = [...plain.values()].toSorted((a, b) => b - a).slice(0, limit)
        const found = indexOf(stored, dimensions).nearest(question, mean, null, [], limit)
        expect(found).toHaveLength(best.length)
        for (const [rank, { row, dense }] of found.entries()) {
          expect(Math.abs(dense - (plain.get(row) ?? 9))).toBeLessThan(TIE)
          expect(Math.abs(dense - (best[rank] ?? 9))).toBeLessThan(TIE)
        }
      }),
      { numRuns: 50 },
    )
  })

  it.each([
    ['one large value', (i: number) => (i === 0 ? 1 : 0)],
    ['all alike', () => 1],
    ['signs in turn', (i: number) => (i % 2 === 0 ? 1 : -1)],
  ])('does not overflow in 3,072 dimensions: %s', (_name, valueAt) => {
    const question = unit(Float32Array.from({ length: 3_072 }, (_, i) => valueAt(i)))
    const { set, scan } = scanner(MODULE, 3_072)
    set(
      0,
      Int8Array.from(question, (one) => 127 * Math.sign(one)),
    )
    set(
      1,
      Int8Array.from(question, (one) => -127 * Math.sign(one)),
    )
    const expected = question.reduce((sum, one) => sum + Math.abs(one), 0)
    scan(question, 2, (position, product) =>
      expect(product / expected / (position === 0 ? 127 : -127)).toBeCloseTo(1, 3),
    )
  })

  it('computes what was asked for, however far away, and sees only the documents it may', () => {
    const stored = Array.from({ length: 300 }, (_, i): Stored => {
      const vector = quantise(Float32Array.of(Math.cos(i / 100), Math.sin(i / 100)))
      return { row: i + 1, document: i % 3, vector }
    })
    const index = indexOf(stored, 2)
    const visible = new Set([0, 2])
    const found = index.nearest(Float32Array.of(1, 0), Float32Array.of(0, 0), visible, [298, 299, 1], 4)
    expect(found.map(({ row }) => row)).toEqual([298, 1, 3, 4, 6, 7])
    expect(found[0]?.dense).toBeCloseTo(Math.cos(2.97), 1)
  })

  it('of one index is not disturbed by another, whatever their sizes', () => {
    const make = (dimensions: number, count: number) =>
      indexOf(
        Array.from({ length: count }, (_, i) => {
          const vector = Float32Array.from({ length: dimensions }, (_one, j) =>
            j === i % dimensions ? 1 : 0,
          )
          return { row: i, document: i, vector: quantise(vector) }
        }),
        dimensions,
      )
    const [small, large] = [make(3, 3), make(3_072, 100)]
    const ask = (index: VectorIndex, dimensions: number, axis: number) => {
      const question = Float32Array.from({ length: dimensions }, (_, j) => (j === axis ? 1 : 0))
      return index.nearest(question, new Float32Array(dimensions), null, [], 1)[0]?.row
    }
    expect([ask(small, 3, 1), ask(large, 3_072, 77), ask(small, 3, 2), ask(large, 3_072, 5)]).toEqual([
      1, 77, 2, 5,
    ])
  })
})

describe('a vector index', () => {
  it('sees no direction in the only vector there is', () => {
    const vector = quantise(unit(Float32Array.of(0.3, 0.1, 0.7)))
    const index = indexOf([{ row: 1, document: 1, vector }], 3)
    expect(index.nearest(Float32Array.of(1, 0, 0), index.sum, null, [], 5)).toMatchObject([
      { row: 1, dense: 0 },
    ])
  })

  it('holds the same whatever the order in which vectors came and went', () => {
    const operations = fc.array(
      fc.record({ row: fc.nat(30), isAdded: fc.boolean(), vector: vectorOf(5).map(quantise) }),
      { maxLength: 80 },
    )
    fc.assert(
      fc.property(operations, vectorOf(5), (changes, question) => {
        const index = new VectorIndex(MODULE, 5)
        const live = new Map<number, Stored>()
        for (const { row, isAdded, vector } of changes) {
          index.remove(row)
          live.delete(row)
          if (!isAdded) continue
          index.add(row, row % 4, vector)
          live.set(row, { row, document: row % 4, vector })
        }
        expect(index.size).toBe(live.size)
        const mean = index.sum.map((sum) => sum / Math.max(1, live.size))
        const found = index.nearest(question, mean, null, [...live.keys()], 1)
        expect(found.map(({ row }) => row).toSorted((a, b) => a - b)).toEqual(
          [...live.keys()].toSorted((a, b) => a - b),
        )
        for (const { row, dense } of found) {
          const stored = live.get(row)
          // Where nothing is left after centring there is no direction, only rounding.
          if (!stored || Math.hypot(...restore(stored.vector).map((one, i) => one - (mean[i] ?? 0))) < 1e-3)
            continue
          expect(dense).toBeCloseTo(plainCosine(stored, question, mean), 3)
        }
      }),
      { numRuns: 100 },
    )
  })
})
