import { read } from '../complexity/reading.ts'

/** What a question wants, as far as its form tells. */
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

type Cue = readonly [intent: Intent, form: RegExp]

/** Words as `wordsOf` gives them: in lower case, with a blank on either side. */
const cue = (form: string) => new RegExp(form.replaceAll(/\s+/g, ' '), 'u')
