import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { postingsMerger } from '../../../workers/rag/objects/lexical-merge.ts'
import { decodePostings, newPostings, pushPosting } from '../../../workers/rag/objects/postings.ts'

type Counts = ReadonlyMap<number, number>

/** Rows in any order, some beside each other and some pages apart. */
const counts: fc.Arbitrary<Counts> = fc
  .array(fc.tuple(fc.oneof(fc.nat(40), fc.nat(20_000)), fc.integer({ min: 1, max: 9 })), { maxLength: 60 })
  .map((entries) => new Map(entries))
const TERMS = ['a', 'b', 'c', 'd']
const index = fc
  .tuple(counts, counts, counts, counts)
  .map((all) => new Map(TERMS.map((term, i) => [term, all[i]])))
const alternatives = fc.array(
  fc.uniqueArray(fc.constantFrom(...TERMS, 'absent'), { minLength: 1, maxLength: 3 }),
  { minLength: 1, maxLength: 5 },
)

function plainly(having: (term: string) => Counts, asked: readonly (readonly string[])[]): Counts {
  const sum = new Map<number, number>()
  for (const terms of asked)
    for (const row of having(terms[0] ?? '').keys()) {
      const least = Math.min(...terms.map((term) => having(term).get(row) ?? 0))
      if (least > 0) sum.set(row, (sum.get(row) ?? 0) + least)
    }
  return sum
}

describe('the postings of synonyms', () => {
  it('are those of plain sums and least counts, whatever was merged before', () => {
    fc.assert(
      fc.property(index, fc.array(alternatives, { minLength: 1, maxLength: 4 }), (terms, questions) => {
        const having = (term: string): Counts => terms.get(term) ?? new Map<number, number>()
        // One list for all terms, as the index has it.
        const read = newPostings()
        const merged = postingsMerger((term) => {
          read.size = 0
          for (const [row, count] of having(term)) pushPosting(read, row, count)
          return read
        })
        for (const asked of questions) {
          const found = newPostings()
          decodePostings(merged(asked), found)
          const entries = Array.from(
            { length: found.size },
            (_, i) => [found.rows[i], found.counts[i]] as const,
          )
          expect(new Map(entries)).toEqual(plainly(having, asked))
          expect(new Set(entries.map(([row]) => row)).size).toBe(entries.length)
        }
      }),
    )
  })

  it('are read as often as alternatives mention them, and no page is made for a row nobody has', () => {
    const reads: string[] = []
    const merged = postingsMerger((term) => {
      reads.push(term)
      const postings = newPostings()
      if (term !== 'absent') pushPosting(postings, 2 ** 27, 1)
      return postings
    })
    const found = newPostings()
    decodePostings(merged([['a'], ['absent', 'b'], ['c', 'd']]), found)
    expect(reads).toEqual(['a', 'absent', 'c', 'd'])
    expect([found.size, found.rows[0], found.counts[0]]).toEqual([1, 2 ** 27, 2])
  })
})
