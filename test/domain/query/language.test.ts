import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { languageOf } from '../../../shared/domain/query/language.ts'

const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  en: [
    'How do I reset my password?',
    'Who is liable for damage during transport?',
    'list all supported regions',
  ],
  de: [
    'Wie setze ich mein Passwort zurück?',
    'Kündigungsfrist für Mieter',
    'Nenne die Mitglieder des Vorstands',
  ],
  fr: ['Comment réinitialiser mon mot de passe ?', 'préavis pour les locataires', "Qui a signé l'avenant ?"],
  es: ['¿Cómo restablezco mi contraseña?', '¿Qué pasa si falla el pago?', 'Dame un resumen de las medidas'],
  it: ['Come posso reimpostare la mia password?', 'preavviso per gli inquilini', 'Chi approva le spese?'],
  pt: [
    'Como redefino a minha senha?',
    'Quais são os efeitos colaterais do ibuprofeno?',
    'Não encontro o relatório',
  ],
  nl: [
    'Hoe stel ik mijn wachtwoord opnieuw in?',
    'opzegtermijn voor huurders',
    'Waar vind ik de documentatie?',
  ],
  pl: ['Jak zresetować hasło?', 'Kto odpowiada za szkody w transporcie?', 'okres wypowiedzenia dla najemców'],
  sv: ['Hur återställer jag mitt lösenord?', 'Vad händer om betalningen misslyckas?'],
  da: ['Hvad sker der, hvis betalingen mislykkes?', 'Hvor mange feriedage får medarbejderne?'],
  no: ['Hva skjer hvis betalingen mislykkes?', 'Hvordan endrer jeg passordet mitt?'],
  fi: ['Mikä on salasanan enimmäispituus?', 'Miten voin peruuttaa tilauksen?'],
  cs: ['Jak obnovím své heslo?', 'Co se stane, když platba selže?'],
  sk: ['Čo sa stane, keď platba zlyhá?', 'Ako môžem zrušiť predplatné?'],
  hu: ['Hogyan állíthatom vissza a jelszavamat?', 'Mikor jár le a garancia?'],
  ro: ['Cum îmi resetez parola?', 'Ce se întâmplă dacă plata eșuează?'],
  tr: ['Şifremi nasıl sıfırlarım?', 'İSTANBUL OFİSİNİN ADRESİ NEDİR?'],
  vi: ['Làm thế nào để đặt lại mật khẩu?'],
  id: ['Bagaimana cara mengatur ulang kata sandi saya?'],
  ru: ['Как сбросить пароль?', 'Что делать после утечки данных?'],
  uk: ['Як скинути пароль?', 'Чи можна скасувати підписку будь-коли?'],
  bg: ['Как да сменя паролата си?', 'Колко дни отпуск имат служителите?'],
  ar: ['كيف يمكنني إعادة تعيين كلمة المرور؟'],
  fa: ['چگونه رمز عبور را تغییر دهم؟'],
  ur: ['میں اپنا پاس ورڈ کیسے تبدیل کروں؟'],
  he: ['איך מאפסים סיסמה?'],
  el: ['Πώς αλλάζω τον κωδικό μου;'],
  hi: ['पासवर्ड कैसे रीसेट करें?', 'गारंटी कब समाप्त होती है?'],
  mr: ['पासवर्ड कसा बदलायचा आहे?'],
  th: ['จะรีเซ็ตรหัสผ่านอย่างไร'],
  zh: ['如何重置密码？', '退款政策是什么'],
  ja: ['パスワードを再設定する方法は?', '東京の人口は?'],
  ko: ['비밀번호를 어떻게 재설정하나요?'],
}

describe('the language of a question', () => {
  it.each(Object.entries(EXAMPLES))('is told for %s', (language, questions) => {
    expect(questions.map((question) => languageOf(question).language)).toEqual(questions.map(() => language))
    for (const question of questions) expect(languageOf(question).confidence).toBeGreaterThan(0.7)
  })

  it.each([
    '',
    '?!',
    '503',
    'E2E-4711',
    'kubernetes nginx ingress',
    'Toyota Corolla 2019',
    'BM25 nDCG',
    'J. Smith',
    'Иванов',
    'ᏣᎳᎩ',
  ])('is unknown for "%s"', (text) => expect(languageOf(text).language).toBeNull())

  it('is not that of a language it does not know, however near', () => {
    for (const text of ['Шта је ово и како ради?', 'Salam dünya, necəsən?', 'Что іншае?'])
      expect(languageOf(text).confidence).toBeLessThan(0.9)
  })

  it('is that of the sentence, not of names and quotations in it', () => {
    expect(languageOf('如何配置 Kubernetes ingress controller？').language).toBe('zh')
    expect(languageOf('KubernetesのIngress Controllerを設定する').language).toBe('ja')
    expect(languageOf('Как настроить Cloudflare Workers?').language).toBe('ru')
    expect(languageOf('What does 依頼 mean in a contract?').language).toBe('en')
    expect(languageOf('Was bedeutet das Wort "поставка" im Vertrag?').language).toBe('de')
  })

  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.constantFrom(...Object.values(EXAMPLES).flat()),
  )

  it('is a chance for any text, the same each time and however its letters are composed', () => {
    fc.assert(
      fc.property(text, (any) => {
        const { language, confidence } = languageOf(any)
        expect(confidence).toBeGreaterThanOrEqual(0)
        expect(confidence).toBeLessThanOrEqual(1)
        expect(language === null || confidence >= 0.5).toBe(true)
        expect(languageOf(any)).toEqual({ language, confidence })
        expect(languageOf(any.normalize('NFD'))).toEqual(languageOf(any.normalize('NFC')))
      }),
    )
  })

  it('is that of the beginning of a long text', () => {
    const [english, german] = ['How do I reset my password? ', 'Wie setze ich mein Passwort zurück? ']
    expect(languageOf(german.repeat(60) + english.repeat(200)).language).toBe('de')
  })

  it('does not depend on case, and takes little time for a long text', () => {
    for (const question of Object.values(EXAMPLES)
      .flat()
      .filter((one) => !one.includes('İ') && !one.includes('ı')))
      expect(languageOf(question.toUpperCase()).language).toBe(languageOf(question).language)
    const started = performance.now()
    languageOf('Ünïcödé '.repeat(100_000))
    expect(performance.now() - started).toBeLessThan(1_000)
  })
})
