import { AppError } from '../../shared/errors.ts'
import { routeFields, spendFields, stagesOf, templateFields } from './answer-fields.ts'
import type { Ask, Asked } from './ask.ts'
import { type Answering, checkedAnswer } from './checked-answer.ts'
import { openaiError } from './openai-error.ts'

type Fields = Readonly<Record<string, unknown>>
/** A piece of an answer: the origin's own object where it is passed on as it came, else its text, and with the last what the answer cost and what the checks say. */
type Piece = {
  readonly text: string
  readonly finishReason: string | null
  readonly raw: Fields | null
  readonly end?: Fields
}

/** A plain completion is the origin's, field by field; an answer from documents is ours: checked text. */
function pieces(answering: Answering): AsyncGenerator<Piece> {
  return answering.call.collection === null ? plainPieces(answering.asked) : citedPieces(answering)
}

async function* plainPieces(asked: Asked): AsyncGenerator<Piece> {
  // What it cost is known once the origin has ended, which is after the piece that says why it stopped.
  let last: Piece | null = null
  for await (const event of asked.session.events) {
    if (event.type !== 'chunk') continue
    if (last) yield last
    last = event.finishReason === null ? null : event
    if (!last) yield event
  }
  if (last) yield { ...last, end: endOf(asked) }
}

async function* citedPieces(answering: Answering): AsyncGenerator<Piece> {
  const checked = checkedAnswer(answering)
  for await (const { text } of checked.pieces) if (text !== '') yield { text, finishReason: null, raw: null }
  const { outcome, sum } = await checked.end()
  const finishReason = answering.asked.session.finishReason() ?? 'stop'
  yield { text: '', finishReason, raw: null, end: { ...outcome, ...sum, ...endOf(answering.asked) } }
}

/** The whole answer in OpenAI's shape. */
export async function completion(answering: Answering): Promise<Fields> {
  const { call, asked } = answering
  let raw: Fields | null = null
  let end: Fields | null = null
  let content = ''
  let finish_reason = 'stop'
  for await (const piece of pieces(answering)) {
    raw = piece.raw
    end = piece.end ?? end
    content += piece.text
    finish_reason = piece.finishReason ?? finish_reason
  }
  const own = { index: 0, message: { role: 'assistant', content }, logprobs: null, finish_reason }
  return {
    ...raw,
    ...envelopeOf(call, asked),
    object: 'chat.completion',
    choices: raw?.['choices'] ?? [own],
    usage: usageOf(asked),
    fairlead: { ...fairleadOf(asked), ...(end ?? endOf(asked)) },
  }
}

/** The answer as server-sent events, with our id and without the usage that we asked the origin for on our own account. */
export async function* completionEvents(answering: Answering, includeUsage: boolean): AsyncGenerator<string> {
  const { call, asked } = answering
  const common = { ...envelopeOf(call, asked), object: 'chat.completion.chunk' }
  const write = (chunk: Fields) =>
    `data: ${JSON.stringify({ ...chunk, ...common, ...(includeUsage && { usage: chunk['usage'] ?? null }) })}\n\n`
  try {
    // Clients that do not know the field skip it; ours show sources before the first word. A plain answer has nothing to show before it.
    let head = write({ ...choiceOf({ role: 'assistant', content: '' }, null), fairlead: fairleadOf(asked) })
    if (call.collection !== null) {
      yield head
      head = ''
    }
    for await (const { raw, text, finishReason, end } of pieces(answering)) {
      const { usage: _, ...chunk }: Fields = raw ?? choiceOf({ content: text }, finishReason)
      yield head + write({ ...chunk, ...(end && { fairlead: end }) })
      head = ''
    }
    if (head !== '') yield head
    if (includeUsage) yield write({ choices: [], usage: usageOf(asked) })
    yield 'data: [DONE]\n\n'
  } catch (thrown) {
    // Never a clean close on a broken answer: the error is the last thing sent, and no [DONE] follows.
    yield `data: ${JSON.stringify(openaiError(AppError.from(thrown), call.context.requestId))}\n\n`
  }
}

const choiceOf = (delta: Fields, finish_reason: string | null): Fields => ({
  choices: [{ index: 0, delta, logprobs: null, finish_reason }],
})

const envelopeOf = ({ context }: Ask, { session, startedMs }: Asked) => ({
  id: `chatcmpl-${context.requestId}`,
  created: Math.floor(startedMs / 1_000),
  model: session.endpoint.model,
})

const fairleadOf = (asked: Asked) => ({
  route: routeFields(asked),
  ...(asked.retrieved && { sources: asked.retrieved.sources, template: templateFields(asked) }),
  ...stagesOf(asked),
})

const endOf = (asked: Asked) => ({ usage: spendFields(asked) })

function usageOf(asked: Asked) {
  const { promptTokens, completionTokens } = spendFields(asked)
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  }
}
