import { datesOf } from '../grounding/dates.ts'
import { nameKey, namesOf } from '../grounding/names.ts'
import { quantitiesOf } from '../grounding/quantities.ts'

/** What kind of thing a question asks for, where its wording says so. */
export type AnswerType = 'date' | 'number' | 'person' | 'place'

const QUESTIONS: readonly (readonly [AnswerType, RegExp])[] = [
  ['date', /\bwhen\b|\b(?:what|which)(?: \w+)? (?:year|date|day|month|decade|century)\b|\bhow long ago\b/i],
  [
    'number',
    /\bhow (?:many|much|long|old|tall|far|often|large|big|high|fast|deep|heavy|wide)\b|\b(?:what|which)(?: \w+)? (?:percentage|percent|number|amount|population|price|cost|fee|size|length|height|distance|speed|weight|temperature|rate)\b/i,
  ],
  ['person', /\bwho(?:m|se)?\b/i],
  [
    'place',
    /\bwhere\b|\b(?:what|which)(?: \w+)? (?:city|country|place|town|state|continent|region|location)\b/i,
  ],
]

/** The kind that the question's first such word asks for; null when it could be anything. Of several lines the last that asks decides: what stands before it is context. */
export function answerTypeOf(question: string): AnswerType | null {
  for (const line of question.split('\n').toReversed()) {
    const found = QUESTIONS.flatMap(([type, pattern]) => {
      const at = line.search(pattern)
      return at < 0 ? [] : [{ type, at }]
    })
    const [first] = found.toSorted((a, b) => a.at - b.at)
    if (first) return first.type
  }
  return null
}

/** True when the text has something of the kind that the question does not say itself. */
export function offers(type: AnswerType, text: string, question: string): boolean {
  if (type === 'person' || type === 'place') return hasNewName(text, question)
  const asked = new Set(quantitiesOf(question).map(({ value }) => value))
  const isNew = (value: number | undefined) => value !== undefined && !asked.has(value)
  if (type === 'number') return quantitiesOf(text).some(({ value }) => isNew(value))
  return (
    datesOf(text).some(({ year, month }) => isNew(year) || month !== undefined) ||
    quantitiesOf(text).some(({ value, kind }) => isNew(value) && kind === '' && isYear(value))
  )
}

const isYear = (value: number) => Number.isInteger(value) && value >= 100 && value < 2_200

/** A sentence's first word counts here: that a name might stand there is enough. */
function hasNewName(text: string, question: string): boolean {
  const asked = new Set((question.match(/\p{L}+/gu) ?? []).map(nameKey))
  const names = namesOf(`, ${text}`).flatMap(({ words }) => words)
  return names.some((word) => !asked.has(word))
}
