import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stems, words } from '../../shared/domain/terms.ts'

describe('the words of a text', () => {
  it.each([
    ['Zu\u0308rich Cafe\u0301', ['zürich', 'café']],
    ['ＦＡＩＲ Ｌｅａｄ ４２', ['fair', 'lead', '42']],
    ['the ﬁnal ﬂow', ['the', 'final', 'flow']],
    ['ｶﾞｲﾄﾞ', ['ガイド']],
    ['20 m² of Ⅳ', ['20', 'm2', 'of', 'iv']],
    ['Kubernetes™ costs 5 €', ['kubernetes', 'costs', '5']],
    ['don´t ❤️ it', ['don', 't', 'it']],
  ])('%s are the same however they are encoded', (text, expected) => {
    expect(words(text)).toEqual(expected)
  })

  it('do not depend on whether accents are composed', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(words(text.normalize('NFD'))).toEqual(words(text.normalize('NFC')))
      }),
    )
  })

  it('have no words within them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        for (const word of words(text)) expect(words(word)).toEqual([word])
      }),
    )
  })

  it('are compared without accents, as they are found', () => {
    expect(stems('Cafés in Zürich')).toEqual(stems('Cafes in Zurich'))
  })
})
