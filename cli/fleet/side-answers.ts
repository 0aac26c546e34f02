import type { Verdict } from '../../shared/domain/judging.ts'
import type { ChatMessage, Source } from '../../shared/domain/passage.ts'
import { searchText } from '../../shared/domain/prompt.ts'
import { queryWords, stems } from '../../shared/domain/terms.ts'
import { questionIn, sourcesIn } from './prompt-parts.ts'

// The form in which shared/domain/judging.ts numbers the sentences of an answer.
const SENTENCE = /<sentence(?:-\w+)? number="(\d+)"(?: cites="([\d, ]*)")?>([\s\S]*?)<\/sentence(?:-\w+)?>/g
/** Share of a sentence's words that its sources have. */
const SUPPORTED_SHARE = 0.8
const PARTIAL_SHARE = 0.4

/** A verdict on each sentence that the prompt numbers, by the words that it shares with the sources it cites; null where there are none to judge. */
export function verdicts(prompt: string): string | null {
  const sentences = [...prompt.matchAll(SENTENCE)]
  if (sentences.length === 0) return null
  const sources = sourcesIn(prompt)
  const given = sentences.map(([, number = '', cites = '', text = '']) => {
    const cited = new Set((cites.match(/\d+/g) ?? []).map(Number))
    const evidence =
      cited.size > 0 ? [sources.filter((source) => cited.has(source.number))] : sources.map(alone)
    return [number, verdict(Math.max(0, ...evidence.map((passages) => sharedWords(text, passages))))]
  })
  return spaced(Object.fromEntries(given))
}

const alone = (source: Source) => [source]

function sharedWords(text: string, passages: readonly Source[]): number {
  const there = new Set(passages.flatMap((passage) => stems(`${passage.title} ${passage.text}`)))
  const own = stems(text)
  return own.filter((stem) => there.has(stem)).length / Math.max(1, own.length)
}

function verdict(share: number): Verdict {
  if (share >= SUPPORTED_SHARE) return 'supported'
  return share >= PARTIAL_SHARE ? 'partially' : 'unsupported'
}

/** Telling words of a question that are enough for a search, and stay below what a rewording may have. */
const MOST_WORDS = 40
const MOST_STANDALONE_CHARACTERS = 400
const MOST_QUESTIONS = 4

/** The fields that shared/domain/rewriting.ts asks for, each made of the question's words. */
const MADE = {
  standalone: (question: string, turns: readonly ChatMessage[]) =>
    searchText(question, turns).replaceAll(/\s+/g, ' ').slice(0, MOST_STANDALONE_CHARACTERS),
  wordings: (question: string) => wordingsOf(tellingWords(question)),
  questions: (question: string) => partsOf(question),
  passage: (question: string) => `This is about ${tellingWords(question).join(' ')}.`,
} as const

/** A rewording of the question with the fields that the rules ask for; null where they ask for none. */
export function rewording(rules: string, prompt: string): string | null {
  if (!rules.includes('JSON object')) return null
  const question = questionIn(prompt)
  const turns = turnsIn(prompt)
  const fields = Object.entries(MADE).filter(([name]) => rules.includes(`- "${name}":`))
  if (fields.length === 0) return null
  return spaced(Object.fromEntries(fields.map(([name, make]) => [name, make(question, turns)])))
}

const TURN = /^(user|assistant): ([\s\S]*?)(?=\n(?:user|assistant): |\n\nQuestion: )/gm

const turnsIn = (prompt: string): ChatMessage[] =>
  Array.from(prompt.matchAll(TURN), ([, role, content = '']) => ({
    role: role === 'user' ? 'user' : 'assistant',
    content,
  }))

const tellingWords = (question: string) => queryWords(question).slice(0, MOST_WORDS)

/** The words by themselves, and without the first or the last of them where enough are left. */
function wordingsOf(telling: readonly string[]): string[] {
  const all = telling.length > 2 ? [telling, telling.slice(1), telling.slice(0, -1)] : [telling]
  return all.map((one) => one.join(' ')).filter((wording) => wording !== '')
}

/** What stands on either side of "and", a semicolon or a question mark; nothing when that is one. */
function partsOf(question: string): string[] {
  const parts = question
    .split(/[?;]|,? and /i)
    .map((part) => part.trim())
    .filter((part) => stems(part).length > 0)
  return parts.length > 1 ? parts.slice(0, MOST_QUESTIONS).map((part) => `${part}?`) : []
}

/** JSON with blanks: what comes between two is a token here, and those are limited. */
const spaced = (fields: object) => JSON.stringify(fields, null, 1).replaceAll(/\n */g, ' ')
