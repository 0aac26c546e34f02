import { type Intent, intentOf } from './intent.ts'
import { languageOf } from './language.ts'

/** What the wording of a question says of the answer that is wanted: an ISO 639-1 code, null where it is not sure, and a kind. */
export type Hints = { readonly language: string | null; readonly intent: Intent }

/** A model that is told the wrong language does worse than one that is told none. */
const SURE_OF_LANGUAGE = 0.9

const INTENT_RULES: Readonly<Record<Intent, string>> = {
  lookup: '',
  definition: 'Begin with what it is, in one sentence.',
  procedure: 'Give the steps in order, each once, and name what must be there before.',
  comparison: 'Compare along the same points, and say where the sources tell a point of one side only.',
  list: 'Name all that the sources contain, and say if the list may be incomplete.',
  summary: '',
  explanation: '',
  small_talk: '',
}

export function hintsOf(question: string): Hints {
  const { language, confidence } = languageOf(question)
  return { language: confidence < SURE_OF_LANGUAGE ? null : language, intent: intentOf(question) }
}

/** Lines for a model that follow from the hints. None repeats what the question says. */
export function hintRules({ language, intent }: Hints): string[] {
  return [languageRule(language), INTENT_RULES[intent]].filter((rule) => rule !== '')
}

function languageRule(language: string | null): string {
  if (language === null) return ''
  const name = new Intl.DisplayNames(['en'], { type: 'language' }).of(language) ?? language
  return `Answer in ${name}, the language of the question, unless it asks for another.`
}
