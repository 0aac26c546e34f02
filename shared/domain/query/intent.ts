import { read } from '../complexity/reading.ts'
import { FORMS, SMALL_TALK } from './intent-forms.ts'

/** What a question asks for, as far as its form tells. */
export const INTENTS = [
  'lookup',
  'definition',
  'procedure',
  'comparison',
  'list',
  'summary',
  'explanation',
  'small_talk',
] as const
export type Intent = (typeof INTENTS)[number]

/** The more telling first: "compare how they list prices" compares. */
const ORDER = ['comparison', 'summary', 'procedure', 'list', 'explanation', 'definition'] as const
const CUES = ORDER.map((intent) => ({ intent, form: new RegExp(FORMS[intent].join('|'), 'u') }))
const ONLY_SMALL_TALK = new RegExp(`^(?:(?:${SMALL_TALK.join('|')}) )+$`, 'u')

/** By the question's form, in English, German, French and Spanish; a lookup when nothing tells. */
export function intentOf(question: string): Intent {
  const sentences = sentencesOf(question)
  if (ONLY_SMALL_TALK.test(`${sentences.join(' ')} `)) return 'small_talk'
  const said = ` . ${sentences.join(' . ')} . `
  return CUES.find(({ form }) => form.test(said))?.intent ?? 'lookup'
}

/** A longer text comes with a question before it or after it. */
const READ_CHARACTERS = 2_000

function bothEnds(text: string): string {
  if (text.length <= 2 * READ_CHARACTERS) return text
  return `${text.slice(0, READ_CHARACTERS)}\n${text.slice(-READ_CHARACTERS)}`
}

/** The words of each sentence, in lower case. */
function sentencesOf(question: string): string[] {
  return bothEnds(question.normalize('NFC'))
    .replaceAll('’', "'")
    .split(/[.?!:;\n]+/)
    .map((sentence) => read(sentence).words.join(' '))
    .filter((words) => words !== '')
}
