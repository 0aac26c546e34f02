import { describe, expect, it } from 'vitest'
import { findClaims } from '../../../shared/domain/grounding/claims.ts'
import { sourcesOf } from './sources.ts'

const claimsOf = (answer: string, ...texts: readonly string[]) => findClaims(answer, sourcesOf(...texts))
const only = (sentence: string, text: string) => claimsOf(`${sentence} [1]`, text)

describe('claims in other languages than English', () => {
  it('hold an ordinal and what is cited behind it together', () => {
    const text = 'Resturlaub verfällt am 31. März des Folgejahres.'
    const answer = 'Er verfällt z. B. nach dem 31. März des Folgejahres. [1] Das gilt für alle.'
    expect(claimsOf(answer, text).map(({ sources }) => sources)).toEqual([[1], []])
  })

  it.each([
    ['Pro Kilometer gibt es 0,38 Euro.', 'Die Pauschale beträgt 0,38 € je Kilometer.'],
    ['Anträge werden in 5 Werktagen bearbeitet.', 'Anträge werden in fünf Werktagen bearbeitet.'],
    ['Anträge werden in elf Tagen bearbeitet.', 'Anträge werden in 11 Tagen bearbeitet.'],
    ['Das Budget beträgt 1500 Euro.', 'Das Budget beträgt 1.500,00 €.'],
    ['Das Budget beträgt 1500 Euro.', 'Das Budget beträgt 1.500 €.'],
    ['Das Budget beträgt 2 Millionen Euro.', 'Das Budget beträgt 2.000.000 €.'],
    ['Die Steuer beträgt 0,38 Prozent.', 'The tax (die Steuer) beträgt 0.38 %.'],
    ['Sie erhalten 30 Tage Urlaub.', 'Der Urlaub beträgt 30 Tage im Jahr.'],
    ['Der Antrag geht bis Ende März an Frau Meier.', 'Frau Meier nimmt Anträge bis zum 31. März an.'],
    ['Le délai est de douze jours.', 'Le délai est de 12 jours.'],
    [
      'El plazo es de quince días desde el 3 de mayo de 2024.',
      'El plazo es de 15 días desde el 3 de mayo de 2024.',
    ],
    ['De termijn is eenentwintig dagen vanaf 5 maart.', 'De termijn is 21 dagen vanaf 5 maart.'],
  ])('are supported: %j by %j', (sentence, text) => {
    const [claim] = only(sentence, text)
    expect(claim).toMatchObject({ supported: true, reason: null })
    expect(claim?.checks).toMatchObject({
      numbers: { missing: [] },
      names: { missing: [] },
      dates: { missing: [] },
    })
  })

  it.each([
    ['Pro Kilometer gibt es 0,45 Euro.', 'Die Pauschale beträgt 0,38 € je Kilometer.', 'number'],
    ['Anträge werden in sechs Werktagen bearbeitet.', 'Anträge werden in 5 Werktagen bearbeitet.', 'number'],
    ['Das Budget beträgt 1,5 Euro.', 'Das Budget beträgt 1.500 €.', 'number'],
    ['Resturlaub verfällt am 31. Mai.', 'Resturlaub verfällt am 31. März.', 'date'],
    ['El plazo es el 3 de junio de 2024.', 'El plazo es el 3 de mayo de 2024.', 'date'],
    [
      'Den Antrag prüft nach dem Eingang immer zuerst Angela Merkel.',
      'Den Antrag prüft nach dem Eingang immer zuerst Anna Schmidt.',
      'name',
    ],
    ['Den Antrag regelt die DSGVO.', 'Den Antrag regelt das BUrlG.', 'name'],
  ])('are not supported where %j stands beside %j', (sentence, text, reason) => {
    expect(only(sentence, text)).toMatchObject([{ supported: false, reason }])
  })

  it('have the language of what they cite where they do not tell it themselves', () => {
    const text = 'Die Pauschale beträgt 0,38 € je Kilometer und wird mit der Abrechnung ausgezahlt.'
    expect(only('Pauschale: 0,38 Euro, Auszahlung Abrechnung.', text)[0]?.checks.names.missing).toEqual([])
  })
})
