import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { INTENTS, intentOf } from '../../../shared/domain/query/intent.ts'

const EXAMPLES: Readonly<Record<(typeof INTENTS)[number], readonly string[]>> = {
  small_talk: [
    'hello',
    'Hi there!',
    'thanks, that helps',
    'Thank you very much!',
    'who are you?',
    'What can you do?',
    'ok great',
    'Guten Morgen',
    'Danke, das hilft mir sehr',
    'Wer bist du?',
    'Bonjour, ça va ?',
    'Merci beaucoup',
    '¡Hola! ¿Qué tal?',
    'muchas gracias por la ayuda',
    'grazie mille',
  ],
  lookup: [
    'Hello, which port does the gateway use?',
    'What is the maximum file size for uploads?',
    'Who approves travel expenses above 500 dollars?',
    'When does the warranty expire?',
    'How many vacation days do employees get?',
    'How long are logs kept?',
    'Where can I leave a comment?',
    'pilot boarding near the harbour',
    'Can I cancel my subscription at any time?',
    'Does the device work without internet?',
    'Wann läuft die Garantie ab?',
    'Welche Frist gilt für Mieter?',
    'Wie viele Urlaubstage hat man?',
    'Wie lange werden Protokolle aufbewahrt?',
    'Qui approuve les frais de voyage ?',
    'Quel port utilise la passerelle ?',
    'Combien de jours de congé ont les salariés ?',
    '¿Cuándo vence la garantía?',
    '¿Quién aprueba los gastos de viaje?',
    '¿Cómo se llama el director?',
    'What is my balance?',
    'BM25',
    '',
  ],
  definition: [
    'What is a lease?',
    "What's BM25?",
    'Define force majeure',
    'What does SLA stand for?',
    'What does "escrow account" mean?',
    'What are cookies?',
    'Was ist ein Mietvertrag?',
    'Was bedeutet Kulanz?',
    'Wofür steht die Abkürzung SLA?',
    "Qu'est-ce qu'un bail ?",
    'Que signifie le sigle SLA ?',
    "C'est quoi le RGPD ?",
    '¿Qué es un arrendamiento?',
    '¿Qué significa SLA?',
  ],
  procedure: [
    'How do I reset my password?',
    'How can we export the data?',
    'how to deploy a worker',
    'Steps to deploy the worker',
    'What should I do after a data breach?',
    'I moved last month. How do I change my address?',
    'Walk me through the onboarding',
    'Wie setze ich mein Passwort zurück?',
    'Wie kann man das Abo kündigen?',
    'Was muss ich nach einem Datenleck tun?',
    'Schritte zum Bereitstellen des Workers',
    'Comment réinitialiser mon mot de passe ?',
    'Comment puis-je annuler mon abonnement ?',
    'Que dois-je faire après une fuite de données ?',
    '¿Cómo restablezco mi contraseña?',
    '¿Cómo puedo cancelar mi suscripción?',
    'Pasos para desplegar el worker',
  ],
  comparison: [
    'Compare the standard and the premium plan',
    'What is the difference between a lease and a reservation?',
    'How is a lease different from a reservation?',
    'Postgres vs. MySQL',
    'Which plan is cheaper for small teams, standard or premium?',
    'Vergleiche den Standardtarif mit dem Premiumtarif',
    'Was ist der Unterschied zwischen Miete und Leasing?',
    'Quelle est la différence entre un bail et une réservation ?',
    'Compare la formule standard et la formule premium',
    '¿Cuál es la diferencia entre alquiler y reserva?',
    'Compara el plan estándar con el plan premium',
  ],
  list: [
    'List all supported regions',
    'Please list the members of the board',
    'Name the members of the board',
    'What are the side effects of ibuprofen?',
    'Which documents do new employees need to sign?',
    'Which kinds of leave are there?',
    'What drugs do patients receive?',
    'Liste alle unterstützten Regionen auf',
    'Nenne die Mitglieder des Vorstands',
    'Was sind die Nebenwirkungen von Ibuprofen?',
    'Welche Unterlagen müssen neue Mitarbeiter unterschreiben?',
    "Quels sont les effets secondaires de l'ibuprofène ?",
    'Quels documents les nouveaux employés doivent-ils signer ?',
    'Liste toutes les régions prises en charge',
    '¿Cuáles son los efectos secundarios del ibuprofeno?',
    'Enumera todas las regiones disponibles',
    '¿Qué documentos deben firmar los nuevos empleados?',
  ],
  summary: [
    'Summarise the incident report from March',
    'Can you give me an overview of the security measures?',
    'Give me a short summary of chapter four',
    'What are the key points of the contract?',
    'tl;dr',
    'Fasse den Vorfallbericht vom März zusammen',
    'Gib mir einen Überblick über die Sicherheitsmaßnahmen',
    "Résume le rapport d'incident de mars",
    'Donne-moi un aperçu des mesures de sécurité',
    'Resume el informe del incidente de marzo',
    'Dame un resumen de las medidas de seguridad',
  ],
  explanation: [
    'Why was my request rejected?',
    'Explain how the cache is invalidated',
    'How does the index merge segments?',
    'What causes error 503?',
    'What happens if the payment fails?',
    'Warum wurde meine Anfrage abgelehnt?',
    'Erkläre, wie der Cache geleert wird',
    'Wie funktioniert die Abrechnung?',
    'Was passiert, wenn die Zahlung fehlschlägt?',
    'Pourquoi ma demande a-t-elle été refusée ?',
    'Comment fonctionne la facturation ?',
    'Que se passe-t-il si le paiement échoue ?',
    '¿Por qué fue rechazada mi solicitud?',
    '¿Cómo funciona la facturación?',
    '¿Qué pasa si falla el pago?',
  ],
}

describe('the intent of a question', () => {
  it.each(Object.entries(EXAMPLES))('is told for %s', (intent, questions) => {
    expect(questions.map((question) => `${question}: ${intentOf(question)}`)).toEqual(
      questions.map((question) => `${question}: ${intent}`),
    )
  })

  it('is no small talk as soon as anything is asked', () => {
    const { small_talk: _, ...others } = EXAMPLES
    const asking = Object.values(others)
      .flat()
      .filter((question) => question !== '')
    expect(asking.filter((question) => intentOf(`Hello! ${question} Thanks!`) === 'small_talk')).toEqual([])
  })

  it('is told from the sentence that asks, wherever it stands', () => {
    expect(intentOf('We moved to Lyon. Please list the offices there. Thank you')).toBe('list')
    expect(intentOf('Context: the lease was signed in May.\nSummarise it')).toBe('summary')
  })

  it('is told from before or after a text that comes with the question, not from within', () => {
    const text = `Why, they asked. ${'The lease ends in May and renews. '.repeat(200)}`
    expect(intentOf(`Summarise this:\n${text}`)).toBe('summary')
    expect(intentOf(`${text}\nCompare both.`)).toBe('comparison')
    const within = `${'It renews. '.repeat(400)} Compare both. ${'It renews. '.repeat(400)}`
    expect(intentOf(within)).toBe('lookup')
  })

  it('is one of them for any text, the same each time and however its letters are composed', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.constantFrom(...Object.values(EXAMPLES).flat()),
    )
    fc.assert(
      fc.property(text, (any) => {
        const intent = intentOf(any)
        expect(INTENTS).toContain(intent)
        expect(intentOf(any)).toBe(intent)
        expect(intentOf(any.normalize('NFD'))).toBe(intentOf(any.normalize('NFC')))
      }),
    )
  })

  it('takes little time for a text made to take much', () => {
    const started = performance.now()
    for (const words of ['what ', 'please ', 'welche ', 'was ist ', 'hi ', 'why. ', 'comment ', 'qué es '])
      intentOf(words.repeat(50_000))
    expect(performance.now() - started).toBeLessThan(2_000)
  })
})
