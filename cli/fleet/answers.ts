import { extractAnswer } from '../../shared/domain/extractive.ts'
import { unmark } from '../../shared/domain/marking.ts'
import type { Source } from '../../shared/domain/passage.ts'
import type { Answer } from './reply.ts'
import { hashOf } from './seeded.ts'
import { answerTokens, textOf } from './shapes.ts'

const SHORTEST_TOKENS = 48
const LONGEST_TOKENS = 240

const PROSE = `This is a simulated answer – its words mean nothing, but it comes as fast as a real one would.
The tokens are told one by one, as the model would generate them, and each of them is counted. A longer prompt takes longer to read, and
more requests at the same time make every one of them slower. When the answer reaches its end, the server says how many tokens it used.`
const PROSE_TOKENS = answerTokens(PROSE.replaceAll(/\s+/g, ' '))

/** Numbered words: easy to check, never the same twice. */
export const numberedWords =
  (count: number): Answer =>
  () =>
    Array.from({ length: count }, (_, index) => `word${index}`).join(' ')

/** Quotes the sources that the prompt holds, with their citations; without any, prose of a length that depends on the prompt. The same on every origin. */
export const demoAnswer: Answer = ({ messages = [] }) => {
  const prompt = textOf(messages.at(-1)?.content)
  return quote(prompt) ?? prose(hashOf(JSON.stringify(messages.map(({ content }) => content))))
}

// The forms in which shared/domain/prompt.ts and most others number their sources.
const TAGGED = /<source(?:-\w+)? number="(\d+)"(?: title="([^"]*)")?[^>]*>\n?([\s\S]*?)<\/source(?:-\w+)?>/g
const BRACKETED = /^\[(\d+)\] *(.+(?:\n(?!\[\d+\]|\s*$).+)*)/gm
/** Between the words of sources, where the prompt says so. */
const MARK = /its words joined by (.)\./u
const QUESTION = /(?:^|\n)Question: *([\s\S]*)$/

function quote(prompt: string): string | null {
  const mark = MARK.exec(prompt)?.[1] ?? null
  const plain = (text = '') => unmark(text, mark)
  const tagged = [...prompt.matchAll(TAGGED)].map(([, number, title, text]) =>
    source(number, plain(text), plain(title)),
  )
  const sources =
    tagged.length > 0
      ? tagged
      : [...prompt.matchAll(BRACKETED)].map(([, number, text]) => source(number, text))
  const question = QUESTION.exec(prompt)?.[1] ?? prompt
  if (sources.length === 0) return null
  const found = extractAnswer(question, sources)
  return found?.answer ?? 'The sources do not contain the answer.'
}

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

function prose(seed: number): string {
  const count = SHORTEST_TOKENS + (seed % (LONGEST_TOKENS - SHORTEST_TOKENS))
  const repeated = Array.from(
    { length: count },
    (_, index) => PROSE_TOKENS[index % PROSE_TOKENS.length] ?? '',
  )
  return repeated.map((token) => token.trim()).join(' ')
}
