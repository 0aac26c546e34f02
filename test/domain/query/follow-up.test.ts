import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isFollowUp, leansBack } from '../../../shared/domain/query/follow-up.ts'

describe('a question that goes on with the one before it', () => {
  it.each([
    'And in the larger ones?',
    'And which ships may call at Hamburg?',
    'but what if the pilot is late?',
    'OK, and who pays the tax?',
    'What about sick days in winter?',
    'How about the other two tiers?',
    'Und für die größeren Schiffe?',
    'Aber was passiert bei Nebel?',
    'Wie sieht es im Winter aus?',
    'Et pour les plus grands ?',
    'Mais qui paie la taxe ?',
    "Qu'en est-il des pétroliers vides ?",
    '¿Y en los más grandes?',
    'Pero ¿quién paga la tasa?',
    'E per i più grandi?',
    'E para os maiores?',
  ])('begins like "%s"', (question) => {
    expect(leansBack(question)).toBe(true)
  })

  it.each([
    'How much does it cost?',
    'How long does it take?',
    'What happens if it fails?',
    'How many days do they get each year?',
    'Which of them are paid in full?',
    'Who has to approve them?',
    'Can I carry them over to the next year?',
    'Where can I find them in the portal?',
    'What are their working hours in winter?',
    'Does it run on Kubernetes in Frankfurt?',
    'Is there a limit on that?',
    'What does that mean for tankers?',
    'Are there any larger ones nearby?',
    'Can I park there?',
    'Was kosten sie im Winter?',
    'Wie lange dauert es?',
    'Wie viele davon sind frei?',
    'Combien coûtent-ils en hiver ?',
    'Comment est-ce que ça marche ?',
    '¿Cuánto cuestan ellos en invierno?',
  ])('only points at what it is about: "%s"', (question) => {
    expect(leansBack(question)).toBe(true)
  })

  it.each([
    'How long is a lease held?',
    'If my laptop breaks, who replaces it?',
    'How do I reset my password if I forgot it?',
    'Do employees keep their laptops when they leave?',
    'Do contractors have their own badge?',
    'Does Redis lose its data on restart?',
    'What does Redis do with its data?',
    'How many ships had their papers checked?',
    'Are electric cars cheaper than petrol ones?',
    'How long does it take to get a pilot?',
    'Is it possible to pay the pilot fee later?',
    'Name the countries that are in Europe.',
    'What is a term that means constant energy?',
    'What does this policy say of tugs?',
    'Are there any fees for tugs?',
    'Y axis label color in charts',
    'Welche Tarife gibt es für Tanker?',
    'Ist es möglich, die Gebühr später zu zahlen?',
    'Können Sie mir die Gebühr nennen?',
    'Muss ein Angestellter seine Stunden melden?',
    'La caution est-elle remboursée en hiver ?',
    'Est-il possible de payer plus tard ?',
    '¿Cuánto cuesta un práctico en invierno?',
  ])('is none when it names it: "%s"', (question) => {
    expect(isFollowUp(question)).toBe(false)
  })

  it('has few words: who says more says enough', () => {
    const long = 'And if the pilot is late at the mole in fog, who pays for the tug that waits with it?'
    expect(isFollowUp(long)).toBe(false)
    expect(isFollowUp('And for M?')).toBe(true)
    expect(isFollowUp('pilot fees')).toBe(true)
    expect(leansBack('pilot fees')).toBe(false)
    const words = fc.array(fc.constantFrom('and', 'it', 'they', 'that', 'cost'), { minLength: 17 })
    fc.assert(
      fc.property(words, (all) => {
        expect(isFollowUp(all.join(' '))).toBe(false)
      }),
    )
  })
})
