import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sentences } from '../../shared/domain/sentences.ts'

const split = (text: string) => sentences(text).map(({ start, end }) => text.slice(start, end))

describe('sentences', () => {
  it.each([
    'Resturlaub verfällt am 31. März des Folgejahres.',
    'Er gilt vom 1. Januar bis zum 31.12. Resturlaub ausgenommen.',
    'Büros liegen im 2. Stock und in der 10. Etage.',
    'Melden Sie es z. B. Ihrer Leitung, d. h. Frau Dr. Meier.',
    'Das gilt i. d. R. Montag bis Freitag, u. a. Feiertage ausgenommen.',
    'Nach Art. 5 Abs. 2 Satz 1 und § 7 Nr. 3 BUrlG sind es ca. 5 Tage, vgl. S. 12 und Abb. 3.',
    'Die Stadt wurde 44 v. Chr. Rom unterstellt.',
    'Dr. The and Prof. Dr. J. K. Smith of the U.S. Navy met Mr. X.',
    'Use a queue, e.g. Kafka, i.e. No. 3 of Fig. 2 (cf. Smith et al. 2004), vs. Redis on Jan. 5 2024.',
    'Selon M. Dupont et Mme. Martin, voir art. 12 et p. 5.',
    'La Sra. García vive en el n.º 5, pág. 12, p. ej. Madrid.',
    'De heer J. Jansen werkt, bijv. Maandag, vanaf 31 maart.',
  ])('end with the text in %j', (text) => {
    expect(split(text)).toEqual([text])
  })

  it.each([
    'It was the 31. | Next we left.',
    'Die Frist endet am 31. | Danach verfallen die Tage.',
    'Es sind 30. | Urlaub gibt es im Mai.',
    'Is it allowed? | No. | The rules forbid it.',
    'They went to the U.S. | The rest stayed.',
    'He lives in San Diego, CA. | Boats are there.',
    'Ships of 90 m. | Boats of 5 ft. | All took 5 ms. | Cars too.',
    'It was Plan B. | It failed.',
    'Ask Smith or me or I. | Mary does.',
    'We sell tea, cups, etc. | Boats are elsewhere.',
    'It is on p. 12. | Next is p. 13.',
    'They moved to the U.S.  | Critics agree.',
  ])('are parted where %j is', (text) => {
    expect(split(text.replaceAll('| ', ''))).toEqual(text.split('| ').map((part) => part.trim()))
  })

  it('never overlap and leave out nothing but blanks and what begins a line', () => {
    const piece = fc.constantFrom(
      ...'am 31.|z.|B.|Nr.|Dr.| |  |\n|\n\n|März|Smith|5|und|U.S.|. |? |- |The '.split('|'),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const text = pieces.join('')
        let at = 0
        for (const { start, end } of sentences(text)) {
          expect(start).toBeGreaterThanOrEqual(at)
          expect(text.slice(at, start)).toMatch(/^[\s\d.)-]*$/)
          expect(text.slice(start, end).trim()).toBe(text.slice(start, end))
          at = end
        }
        expect(text.slice(at)).toMatch(/^[\s\d.)-]*$/)
      }),
    )
  })
})
