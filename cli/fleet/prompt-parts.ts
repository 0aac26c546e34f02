import { unmark } from '../../shared/domain/marking.ts'
import type { Source } from '../../shared/domain/passage.ts'

// The forms in which shared/domain/prompt.ts and most others number their sources.
const TAGGED = /<source(?:-\w+)? number="(\d+)"(?: title="([^"]*)")?[^>]*>\n?([\s\S]*?)<\/source(?:-\w+)?>/g
const BRACKETED = /^\[(\d+)\] *(.+(?:\n(?!\[\d+\]|\s*$).+)*)/gm
/** Between the words of sources, where the prompt says so. */
const MARK = /its words joined by (.)\./u
const QUESTION = /(?:^|\n)Question: *([\s\S]*)$/

/** The sources that a prompt numbers, with blanks where it marks their words. */
export function sourcesIn(prompt: string): Source[] {
  const mark = MARK.exec(prompt)?.[1] ?? null
  const plain = (text = '') => unmark(text, mark)
  const tagged = [...prompt.matchAll(TAGGED)].map(([, number, title, text]) =>
    source(number, plain(text), plain(title)),
  )
  if (tagged.length > 0) return tagged
  return [...prompt.matchAll(BRACKETED)].map(([, number, text]) => source(number, text))
}

/** All of the prompt where none stands out. */
export const questionIn = (prompt: string): string => QUESTION.exec(prompt)?.[1] ?? prompt

const source = (number = '', text = '', title = ''): Source => ({
  number: Number(number),
  documentId: '',
  version: 1,
  title,
  start: 0,
  end: text.length,
  text,
  headings: [],
  labels: [],
  score: 1,
  probability: 1,
})
