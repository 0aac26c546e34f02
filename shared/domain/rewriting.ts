import type { ChatMessage } from './passage.ts'
import { objectIn } from './written-json.ts'

/** Ways to let a model word a question anew before anything is looked up. */
export const TECHNIQUES = ['condense', 'multi_query', 'decompose', 'hyde'] as const
export type Technique = (typeof TECHNIQUES)[number]

/** What to look up beside, or instead of, the question's own words. */
export type Rewriting = {
  /** The question with what earlier turns say of it; it takes the question's place in the search. */
  readonly standalone: string | null
  /** Other wordings, or the questions that it is made of. */
  readonly queries: readonly string[]
  /** A passage as it might answer the question; only its vector is used, for it may be wrong in every word. */
  readonly passage: string | null
}

/** Of each technique. */
const MAX_QUERIES = 4
const MAX_QUERY_CHARACTERS = 500
const MAX_PASSAGE_CHARACTERS = 2_000

const TASKS: Readonly<Record<Technique, string>> = {
  condense:
    '"standalone": the question, complete by itself: pronouns and omissions replaced by what the conversation says. Its meaning must not change.',
  multi_query:
    '"wordings": three searches for the same thing in other words, as documents would put it, not as a person asks.',
  decompose:
    '"questions": the simpler questions, at most four, whose answers together answer it; an empty list when it is simple already.',
  hyde: '"passage": two or three sentences from a document that answers the question. Plausible wording matters, not truth.',
}

/** The messages that ask a model to reword; its answer is read by `readRewriting`. */
export function rewritingPrompt(
  question: string,
  conversation: readonly ChatMessage[],
  techniques: readonly Technique[],
): ChatMessage[] {
  const tasks = techniques.map((technique) => `- ${TASKS[technique]}`).join('\n')
  const turns = conversation.map(({ role, content }) => `${role}: ${content}`).join('\n')
  const said = turns === '' ? '' : `Conversation so far:\n${turns}\n\n`
  return [
    {
      role: 'system',
      content: `You prepare searches. Do not answer the question. Write one JSON object and nothing around it, in the question's language, with:\n${tasks}`,
    },
    { role: 'user', content: `${said}Question: ${question}` },
  ]
}

/** Null when the model wrote nothing usable: the search then goes by the question alone. */
export function readRewriting(text: string, techniques: readonly Technique[]): Rewriting | null {
  const fields = objectIn(text)
  if (!fields) return null
  const asks = (technique: Technique) => techniques.includes(technique)
  const wordings = asks('multi_query') ? queriesIn(fields['wordings']) : []
  const questions = asks('decompose') ? queriesIn(fields['questions']) : []
  const rewriting = {
    standalone: asks('condense') ? short(fields['standalone'], MAX_QUERY_CHARACTERS) : null,
    queries: [...new Set([...wordings, ...questions])],
    passage: asks('hyde') ? short(fields['passage'], MAX_PASSAGE_CHARACTERS) : null,
  }
  const isEmpty =
    rewriting.standalone === null && rewriting.queries.length === 0 && rewriting.passage === null
  return isEmpty ? null : rewriting
}

function queriesIn(value: unknown): string[] {
  if (!Array.isArray(value)) return []
  const queries = value.flatMap((query) => short(query, MAX_QUERY_CHARACTERS) ?? [])
  return [...new Set(queries)].slice(0, MAX_QUERIES)
}

function short(value: unknown, maxCharacters: number): string | null {
  if (typeof value !== 'string') return null
  const text = value.trim().slice(0, maxCharacters)
  return text === '' ? null : text
}
