import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import { documentId, question } from '../../../shared/api/common.ts'
import type { Target } from '../../../shared/domain/evaluation/judged.ts'
import { unreadable } from '../documents.ts'
import { EXIT, Failure } from '../failure.ts'
import type { Question } from './metrics.ts'

/** A line of a file of questions. */
export type AskedLine = Question & { readonly line: number; readonly answer: string | null }

const passage = z
  .strictObject({ documentId, start: z.int().min(0), end: z.int() })
  .refine(({ start, end }) => start < end, { path: ['end'], error: 'has to be after start' })

/** What feedback exports has the fields from `collection` on; `unanswerable: null` is what nobody has judged yet. */
const questionLine = z
  .strictObject({
    question,
    relevant: z
      .array(z.union([documentId, passage], 'has to be a document id, or {documentId, start, end}'))
      .default([]),
    answer: z.string().optional(),
    unanswerable: z.boolean().nullable().optional(),
    collection: z.string().optional(),
    requestId: z.string().optional(),
    rating: z.string().optional(),
    comment: z.string().optional(),
    model: z.string().optional(),
    template: z.object({ name: z.string(), version: z.int(), builtIn: z.boolean() }).optional(),
  })
  .refine(({ relevant, unanswerable }) => unanswerable !== true || relevant.length === 0, {
    path: ['relevant'],
    error: 'has to be empty where unanswerable is true',
  })

type QuestionLine = z.infer<typeof questionLine>
export type QuestionFile = {
  readonly asked: readonly AskedLine[]
  /** Lines of another collection, and such as say nothing that an answer could be held against. */
  readonly leftOut: number
}

/** The questions of a JSON Lines file that are of this collection. The first bad line is a failure that names its number and field. */
export async function readQuestions(path: string, collection: string): Promise<QuestionFile> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Failure(EXIT.usage, `${path} ${unreadable(cause)}`, { cause })
  })
  const lines = text
    .split('\n')
    .map((content, index) => ({ content, line: index + 1 }))
    .filter(({ content }) => content.trim() !== '')
  const read = lines.map(({ content, line }) => ({ line, ...readLine(content, `${path} line ${line}`) }))
  const asked = read.filter((line) => isJudged(line) && (line.collection ?? collection) === collection)
  if (asked.length === 0)
    throw new Failure(
      EXIT.usage,
      `${path} holds no question of "${collection}": give each line "relevant", or "unanswerable": true`,
    )
  return { asked: asked.map(toQuestion), leftOut: read.length - asked.length }
}

const isJudged = ({ relevant, unanswerable }: QuestionLine) => relevant.length > 0 || unanswerable === true

const toQuestion = ({ line, question, relevant, answer }: QuestionLine & { line: number }) => ({
  line,
  text: question,
  answer: answer ?? null,
  targets: relevant.map(toTarget),
})

function toTarget(relevant: QuestionLine['relevant'][number]): Target {
  if (typeof relevant === 'string') return { documentId: relevant, span: null, gain: 1 }
  const { documentId, ...span } = relevant
  return { documentId, span, gain: 1 }
}

function readLine(content: string, at: string): QuestionLine {
  const { data, error } = questionLine.safeParse(parseJson(content, at))
  if (data) return data
  const [issue] = error.issues
  const field = issue?.path.join('.') ?? ''
  throw new Failure(
    EXIT.usage,
    `${at}: ${field === '' ? '' : `${field}: `}${issue?.message ?? 'is not a question'}`,
  )
}

function parseJson(content: string, at: string): unknown {
  try {
    return JSON.parse(content)
  } catch (cause) {
    throw new Failure(EXIT.usage, `${at}: is not JSON`, { cause })
  }
}
