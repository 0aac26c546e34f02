import fc from 'fast-check'
import { stemmer } from 'stemmer'
import { describe, expect, it } from 'vitest'
import { searchTerms } from '../../../shared/domain/retrieval/synonyms.ts'
import { queryWords } from '../../../shared/domain/terms.ts'

/** Each term as its alternatives, "a b" for one of two words, and how often it is said. */
const terms = (text: string, ...synonyms: string[][]) =>
  searchTerms({ text, synonyms }, stemmer).map(({ alternatives, times }) => [
    ...alternatives.map((words) => words.join(' ')),
    times,
  ])

describe('synonyms of a question', () => {
  it('do for the word that is said, as often as it is said', () => {
    expect(terms('Cars and car prices', ['car', 'automobile'])).toEqual([
      ['car', 'automobil', 2],
      ['price', 1],
    ])
  })

  it('of several words do where all of them are, without those that tell nothing', () => {
    expect(terms('PH', ['ph', 'paid by the hour', 'vacation'])).toEqual([['ph', 'vacat', 'paid hour', 1]])
    expect(terms('vacations', ['ph', 'paid by the hour', 'vacation'])).toEqual([
      ['vacat', 'ph', 'paid hour', 1],
    ])
  })

  it('do for each word of a phrase that the question says as it stands, in any form', () => {
    const group = ['sla', 'service level agreement', 'commitment']
    expect(terms('credits of service level agreements', group)).toEqual([
      ['credit', 1],
      ['servic', 'sla', 'commit', 1],
      ['level', 'sla', 'commit', 1],
      ['agreement', 'sla', 'commit', 1],
    ])
    expect(terms('right of way', ['right of way', 'easement'])).toEqual([
      ['right', 'easement', 1],
      ['wai', 'easement', 1],
    ])
  })

  it('stay out when only some of the words are said, or not next to each other', () => {
    for (const text of [
      'service agreement',
      'level of service',
      'agreement level service',
      'level agreements',
    ])
      expect(terms(text, ['sla', 'service level agreement'])).toEqual(terms(text))
    expect(terms('the right way', ['right of way', 'easement'])).toEqual(terms('the right way'))
    expect(terms('carpet', ['car', 'automobile'])).toEqual(terms('carpet'))
  })

  it('are found in parts of an identifier', () => {
    expect(terms('rateLimit', ['rate limit', 'throttle'])).toEqual([
      ['ratelimit', 1],
      ['rate', 'throttl', 1],
      ['limit', 'throttl', 1],
    ])
  })

  it('add up over groups, and have no synonyms of their own', () => {
    expect(terms('car', ['car', 'automobile'], ['vehicle', 'car'], ['vehicle', 'truck'])).toEqual([
      ['car', 'automobil', 'vehicl', 1],
    ])
  })

  it('that say nothing new are left out', () => {
    expect(terms('car', ['car', 'car hire', 'cars', 'rental', 'rental fleet'])).toEqual([
      ['car', 'rental', 1],
    ])
  })

  it('are no words that every question and every text has', () => {
    for (const text of ['Who does it?', 'is it information technology', 'to be or not to be'])
      expect(terms(text, ['who', 'world health organization'], ['it'], ['be', 'exist'])).toEqual(terms(text))
    expect(terms('information technology', ['it', 'information technology'])).toEqual([
      ['inform', 1],
      ['technolog', 1],
    ])
  })

  it('count until their alternatives have 256 words together, in the order of the question', () => {
    const word = (i: number, j: number) => `w${i}x${j}`
    const groups = Array.from({ length: 20 }, (_, i) => Array.from({ length: 16 }, (__, j) => word(i, j)))
    const found = (synonyms: string[][]) =>
      searchTerms({ text: groups.map(([first]) => first).join(' '), synonyms }, stemmer).map(
        ({ alternatives }) => alternatives.length - 1,
      )
    expect(found(groups.slice(0, 17))).toEqual([...Array(17).fill(15), 0, 0, 0])
    expect(found(groups)).toEqual([...Array(17).fill(15), 1, 0, 0])
    const phrases = groups.map(([first = '', ...others]) => [first, ...others.map((one) => `${one} mole`)])
    expect(found(phrases)).toEqual([...Array(8).fill(15), 8, ...Array(11).fill(0)])
  })

  const said = fc.array(fc.constantFrom('car', 'Cars', 'hire', 'the', 'of', 'truck', 'rateLimit', '!', 'é'), {
    maxLength: 12,
  })
  const entry = fc
    .array(fc.constantFrom('car', 'hire', 'of', 'van', 'truck', '?', 'é'), { minLength: 1, maxLength: 3 })
    .map((words) => words.join(' '))
  const groups = fc.array(fc.array(entry, { minLength: 2, maxLength: 4 }), { maxLength: 4 })

  it('never change which terms there are, how often they count, or that each does for itself', () => {
    fc.assert(
      fc.property(said, groups, (parts, synonyms) => {
        const text = parts.join(' ')
        const plain = searchTerms({ text, synonyms: [] }, stemmer)
        const found = searchTerms({ text, synonyms }, stemmer)
        expect(found.map(({ times }) => times)).toEqual(plain.map(({ times }) => times))
        expect(found.map(({ alternatives }) => alternatives[0])).toEqual(
          plain.map(({ alternatives }) => alternatives[0]),
        )
        const looked = plain.flatMap(({ alternatives, times }) =>
          Array(times).fill(alternatives.flat().join()),
        )
        expect(looked.map(String).toSorted()).toEqual(queryWords(text).map(stemmer).toSorted())
      }),
    )
  })

  it('mean the same in whatever order they are written', () => {
    const sorted = (text: string, synonyms: string[][]) =>
      searchTerms({ text, synonyms }, stemmer).map(({ alternatives }) =>
        alternatives.map((words) => words.toSorted().join(' ')).toSorted(),
      )
    fc.assert(
      fc.property(said, groups, (parts, synonyms) => {
        const reversed = synonyms.toReversed().map((group) => group.toReversed())
        expect(sorted(parts.join(' '), reversed)).toEqual(sorted(parts.join(' '), synonyms))
      }),
    )
  })

  it('never throw, whatever is said', () => {
    const unit = fc.string({ unit: 'binary' })
    fc.assert(
      fc.property(unit, fc.array(fc.array(unit)), (text, synonyms) => {
        for (const { alternatives } of searchTerms({ text, synonyms }, stemmer))
          for (const words of alternatives) expect(words.length).toBeGreaterThan(0)
      }),
    )
  })
})
