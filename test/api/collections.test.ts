import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { collectionRequest, shownRetrieval, toCollectionRetrieval } from '../../shared/api/collections.ts'
import { DIVERSITIES, FUSIONS } from '../../shared/domain/retrieval/settings.ts'
import { describeIssues } from '../../shared/http/issues.ts'

const problem = (synonyms: unknown) => {
  const { error } = collectionRequest.safeParse({ synonyms })
  return error && describeIssues(error.issues)
}
const group = (size: number) => Array.from({ length: size }, (_, i) => `word ${i}`)

describe('synonyms of a collection', () => {
  it('are kept in lower case, without space around and more than one between', () => {
    const { synonyms } = collectionRequest.parse({
      synonyms: [
        [' PTO', 'Paid \n time  OFF '],
        ['ÉTÉ', 'summer'],
      ],
    })
    expect(synonyms).toEqual([
      ['pto', 'paid time off'],
      ['été', 'summer'],
    ])
  })

  it('are taken up to 500 groups of 16, and entries of 64 characters', () => {
    expect(problem(Array.from({ length: 500 }, () => ['car', 'auto']))).toBeUndefined()
    expect(problem([group(16), ['x'.repeat(64), ` ${'y'.repeat(64)} `]])).toBeUndefined()
  })

  it.each([
    [[['car', 'auto'], ['car']], 'synonyms.1: needs at least 2 entries'],
    [[group(17)], 'synonyms.0: may have at most 16 entries'],
    [Array.from({ length: 501 }, () => ['car', 'auto']), 'synonyms: may have at most 500 groups'],
    [[['car', 'x'.repeat(65)]], 'synonyms.0.1: may have at most 64 characters'],
    [[['car', '  ']], 'synonyms.0.1: has no letter or digit'],
    [[['car', '--']], 'synonyms.0.1: has no letter or digit'],
    [
      [
        ['x', 'y'],
        ['Car', 'auto', ' car'],
      ],
      'synonyms.1.2: "car" is in this group already',
    ],
    [[['cafe\u0301', 'caf\u00e9']], 'synonyms.0.1: "caf\u00e9" is in this group already'],
    [
      Array.from({ length: 60 }, () => group(16).map((word) => word.padEnd(64, 'x'))),
      'synonyms: may have at most 64000',
    ],
    [
      [['IT', 'information technology']],
      'synonyms.0.0: "it" is too common a word to be searched; leave it out',
    ],
    [[['world health organization', 'who']], 'synonyms.0.1: "who" is too common'],
    [[['us', 'united states']], 'synonyms.0.0: "us" is too common'],
    [[['can', 'controller area network']], 'synonyms.0.0: "can" is too common'],
    [[['pro', 'in  favour', 'Is for it']], 'synonyms.0.2: "is for it" has only words that are too common'],
    [
      [['C++', 'cpp']],
      'synonyms.0.0: "c++" would be searched as "c", since signs around words are not; write it so, or leave it out',
    ],
    [[['dotnet', '.NET framework']], 'synonyms.0.1: ".net framework" would be searched as "net framework"'],
    [[['pto', 'paid time off, vacation']], 'synonyms.0.1: "paid time off, vacation" would be searched as'],
    [[['car', 7]], 'synonyms.0.1: '],
    ['car, auto', 'synonyms: '],
  ])('%# are refused where they are wrong, and the message names group and entry', (synonyms, message) => {
    expect(problem(synonyms)?.slice(0, message.length)).toBe(message)
  })

  it('may have signs between words, which are searched as these words', () => {
    const entries = ['read-only', 'node.js', 'r&d', 'tcp/ip', "l'été", 'א״ב', 'می\u200cخواهم', 'हिन्दी']
    expect(problem([entries])).toBeUndefined()
  })

  it('come out of a second time as they came out of the first', () => {
    const ofAnything = fc.array(fc.string({ unit: 'binary', maxLength: 25 }), { minLength: 2, maxLength: 4 })
    const entries = ofAnything.map((group) => group.map((text, i) => `Ã${text}a${i}`))
    fc.assert(
      fc.property(fc.array(entries, { maxLength: 4 }), (synonyms) => {
        const { data: once } = collectionRequest.safeParse({ synonyms })
        fc.pre(once !== undefined)
        expect(collectionRequest.parse(once)).toEqual(once)
      }),
    )
  })
})

const share = fc.double({ min: 0.01, max: 1, noNaN: true })
const retrieval = fc.record(
  {
    fusion: fc.constantFrom(...FUSIONS),
    weights: fc.record({ lexical: share, dense: share }),
    feedback: fc.boolean(),
    parent: fc.boolean(),
    rerank: fc.oneof(fc.boolean(), fc.constantFrom('late-interaction', 'bge')),
    candidates: fc.integer({ min: 1, max: 100 }),
    diversity: fc.constantFrom(...DIVERSITIES),
    cut: fc.double({ min: 0, max: 1, noNaN: true }),
    topK: fc.integer({ min: 1, max: 50 }),
  },
  { requiredKeys: [] },
)

it('settings for search can be sent again as they are shown, and change nothing', () => {
  fc.assert(
    fc.property(retrieval, (given) => {
      const parse = (sent: unknown) => collectionRequest.parse({ retrieval: sent }).retrieval ?? {}
      const stored = toCollectionRetrieval(parse(given))
      const shown = JSON.parse(JSON.stringify(shownRetrieval(stored))) as unknown
      expect(toCollectionRetrieval(parse(shown))).toEqual(stored)
      const { rerank, ...rest } = given
      const isId = rerank === true ? 'late-interaction' : rerank
      expect(shown).toEqual(rerank === undefined ? rest : { ...rest, rerank: isId })
    }),
  )
})
