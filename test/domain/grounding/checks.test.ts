import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findClaims } from '../../../shared/domain/grounding/claims.ts'
import { sourcesOf } from './sources.ts'

const claimOf = (sentence: string, ...texts: readonly string[]) => {
  const [claim] = findClaims(`${sentence} [1]`, sourcesOf(...texts))
  if (!claim) throw new Error('no claim')
  return claim
}

describe('numbers of a sentence', () => {
  it.each([
    ['The fund holds 1,000 shares.', 'The fund holds one thousand shares.'],
    ['The fund holds a thousand shares.', 'The fund holds 1000 shares.'],
    ['The tax is 30 percent of the price.', 'The tax is 30 % of the price.'],
    ['The tax is thirty per cent of the price.', 'The tax is 30% of the price.'],
    ['The bridge is 2 km long.', 'The bridge is 2,000 metres long.'],
    ['The job waits 90 seconds at most.', 'The job waits 1.5 minutes at most.'],
    ['The budget is $1.5 million.', 'The budget is 1,500,000 dollars.'],
    ['The budget is €1.5m.', 'The budget is 1.5 million euros.'],
    ['About 1.5 million people live in the city.', 'In the city live 1,498,112 people.'],
    ['She came 3rd in the race.', 'She came third in the race.'],
    ['The crew has twenty-five sailors.', 'The crew has 25 sailors.'],
    ['A 20-year-old sailor leads the crew.', 'A sailor leads the crew; he is 20 years old.'],
    ['The model has 70B parameters.', 'The model has 70 billion parameters.'],
    ['The release is v1.2.3 of the tool.', 'The release of the tool is v1.2.3.'],
  ])('holds "%s" for given by "%s"', (sentence, text) => {
    expect(claimOf(sentence, text)).toMatchObject({ supported: true, checks: { numbers: { missing: [] } } })
  })

  it.each([
    ['The tax is 30 percent of the price.', 'The tax is 30 euros of the price.', '30 percent'],
    ['The bridge is 2 km long.', 'The bridge is 2 metres long.', '2 km'],
    ['The city has 1.5 million people.', 'The city has 1,498,112 people.', '1.5 million'],
    ['It is −5 °C in the cold store.', 'It is 5 °C in the cold store.', '−5 °C'],
    ['The release is v1.2.4 of the tool.', 'The release of the tool is v1.2.3.', 'v1.2.4'],
    ['The GPU is an H200 in the rack.', 'The GPU is an H100 in the rack.', 'H200'],
    ['The train leaves at 8:45 from the pier.', 'The train leaves at 8:15 from the pier.', '8:45'],
  ])('misses the number of "%s" in "%s"', (sentence, text, missing) => {
    expect(claimOf(sentence, text)).toMatchObject({
      supported: false,
      reason: 'number',
      checks: { numbers: { missing: [missing] } },
    })
  })

  it('never supports a number that the source does not have, whatever else stands there', () => {
    const number = fc.integer({ min: 2, max: 99_999 })
    fc.assert(
      fc.property(
        number,
        number,
        fc.constantFrom('', ' %', ' euros', ' km', ' days'),
        (given, said, unit) => {
          fc.pre(given !== said)
          const text = (value: number) =>
            `The port of Hamburg moves ${value}${unit} of the freight each season.`
          expect(claimOf(text(given), text(given)).supported).toBe(true)
          expect(claimOf(text(said), text(given))).toMatchObject({ supported: false, reason: 'number' })
        },
      ),
    )
  })
})

describe('dates of a sentence', () => {
  it.each([
    ['The law took effect on 3 May 2026.', 'The law took effect on 2026-05-03.'],
    ['The law took effect on May 3rd, 2026.', 'The law took effect on 3 May 2026.'],
    ['The law took effect in May 2026.', 'The law took effect on 3 May 2026.'],
    ['The law took effect in 2026.', 'The law took effect on 3 May 2026.'],
    ['The law took effect in the 1990s.', 'The law took effect in 1994.'],
    ['The law took effect on 3 May.', 'The law took effect on 3 May 2026.'],
    ['The law took effect on 3 May 2026.', 'It is 2026. The law took effect on 3 May.'],
  ])('holds "%s" for given by "%s"', (sentence, text) => {
    expect(claimOf(sentence, text)).toMatchObject({
      supported: true,
      checks: { dates: { missing: [] }, numbers: { missing: [] } },
    })
  })

  it.each([
    ['The law took effect on 4 May 2026.', 'The law took effect on 3 May 2026.', '4 May 2026'],
    ['The law took effect on 3 May 2026.', 'The law took effect in May 2026.', '3 May 2026'],
    ['The law took effect in the 1980s.', 'The law took effect in 1994.', '1980s'],
    ['The law took effect in June.', 'The law took effect in July.', 'June'],
  ])('misses the date of "%s" in "%s"', (sentence, text, missing) => {
    expect(claimOf(sentence, text)).toMatchObject({
      reason: 'date',
      checks: { dates: { missing: [missing] } },
    })
  })

  it('never supports a date that the source does not have', () => {
    const date = fc.date({
      min: new Date('1900-01-01'),
      max: new Date('2099-12-31'),
      noInvalidDate: true,
    })
    fc.assert(
      fc.property(date, date, (given, said) => {
        const iso = (value: Date) => value.toISOString().slice(0, 10)
        fc.pre(iso(given) !== iso(said))
        const long = said.toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' })
        const text = `The ferry to Harwich was launched on ${iso(given)}.`
        expect(claimOf(`The ferry to Harwich was launched on ${long}.`, text)).toMatchObject({
          supported: false,
          reason: 'date',
        })
      }),
    )
  })
})

describe('names of a sentence', () => {
  it.each([
    ['The report was written by the Russian engineer.', 'An engineer from Russia wrote the report.'],
    ['The treaty was signed by the UN in autumn.', 'The treaty was signed in autumn by the United Nations.'],
    ['The pilot is Dr José Ruiz of the harbour.', 'The pilot of the harbour is Jose Ruiz.'],
    ["The rule is the mayor's, says Mia Tan.", "Mia Tan says: the rule is the mayor's."],
  ])('holds "%s" for given by "%s"', (sentence, text) => {
    expect(claimOf(sentence, text)).toMatchObject({ supported: true, checks: { names: { missing: [] } } })
  })

  it('does not put a first name of one to the last name of another', () => {
    const text = 'Anna Smith runs the harbour office. John Brown runs the lock.'
    expect(claimOf('The harbour office is run by Anna Smith.', text).supported).toBe(true)
    expect(claimOf('The harbour office is run by Anna Brown.', text)).toMatchObject({
      reason: 'name',
      checks: { names: { stated: 1, missing: ['Anna Brown'] } },
    })
    expect(claimOf('John Smith runs the harbour office.', text)).toMatchObject({ reason: 'name' })
  })

  it('never supports a name that the source does not have', () => {
    const name = fc.stringMatching(/^[A-Z][a-z]{4,9}$/)
    fc.assert(
      fc.property(name, name, (given, said) => {
        fc.pre(!given.startsWith(said.slice(0, 4)))
        const text = (who: string) => `The lock was opened by Captain ${who} after the storm.`
        expect(claimOf(text(said), text(given))).toMatchObject({ supported: false, reason: 'name' })
      }),
    )
  })
})

describe('quotations of a sentence', () => {
  const text = 'The judge wrote: “No ship shall wait\nlonger than a tide.” The owner agreed.'

  it.each([
    'The judge wrote that "no ship shall wait longer than a tide".',
    'The judge wrote: “No ship … longer than a tide.”',
    'The judge wrote «no ship shall wait».',
  ])('finds %s word by word', (sentence) => {
    expect(claimOf(sentence, text)).toMatchObject({
      supported: true,
      checks: { quotes: { stated: 1, missing: [] } },
    })
  })

  it('misses a word that was not said, and a flag that there is not', () => {
    expect(claimOf('The judge wrote "no ship may wait longer than a tide".', text)).toMatchObject({
      reason: 'quote',
      checks: { quotes: { missing: ['no ship may wait longer than a tide'] } },
    })
    expect(claimOf('Start it with `--fast` first.', 'Start it with `--fastest` first.').reason).toBe('quote')
  })

  it('compares each sentence of a longer quotation', () => {
    const [first, second] = findClaims(
      'He wrote: "No ship shall wait longer than a tide. The owner refused." [1]',
      sourcesOf(text),
    )
    expect(first?.checks.quotes.missing).toEqual([])
    expect(second?.checks.quotes.missing).toEqual(['The owner refused.'])
  })

  it('never supports a quotation that is not in the source', () => {
    const word = fc.stringMatching(/^[a-z]{3,8}$/)
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 6 }), (said) => {
        fc.pre(!said.every((one) => text.includes(one)))
        expect(claimOf(`The judge wrote "${said.join(' ')}".`, text)).toMatchObject({
          supported: false,
          reason: 'quote',
        })
      }),
    )
  })
})

describe('what a sentence says of its source', () => {
  const text = 'Pilots are compulsory for tankers. Tugs are not required in calm water.'

  it('is refused when it says "not" where the source does not, or the other way round', () => {
    expect(claimOf('Pilots are not compulsory for tankers.', text)).toMatchObject({ reason: 'polarity' })
    expect(claimOf('Tugs are required in calm water.', text)).toMatchObject({ reason: 'polarity' })
    expect(claimOf("Tugs aren't required in calm water.", text).supported).toBe(true)
  })

  it('is supported in full when it stands there word by word', () => {
    expect(claimOf('Pilots are compulsory for tankers.', text)).toMatchObject({ support: 1, reason: null })
  })

  it('is not supported by words from a different subject', () => {
    expect(claimOf('The museum opens its doors to painters.', text)).toMatchObject({ reason: 'entailment' })
  })

  it('is less supported the less of it stands there', () => {
    const supports = [
      'Pilots are compulsory for large tankers.',
      'Pilots are compulsory for large yachts.',
      'Divers are welcome aboard large yachts.',
    ].map((sentence) => claimOf(sentence, text).support)
    expect(supports).toEqual(supports.toSorted((a, b) => b - a))
  })
})
