import { AppError } from '../../errors.ts'
import type { GenerationEvent, GenerationRequest, TokenUsage } from '../../ports/generator.ts'
import { broken, MAX_BODY_BYTES, parseJson, readLimited } from '../body.ts'
import { expectMediaType } from '../failure.ts'
import { serverSentEvents } from '../server-sent-events.ts'
import { readChunk } from './chunk.ts'

/** Stands for the last event of a stream that ends as it should. */
export const DONE = Symbol('[DONE]')

type Bounds = Pick<GenerationRequest, 'stream' | 'maxTokens'>

/** The events of an answer whose head has come; throws when the head is a refusal or announces something else than was asked for. */
export async function chatAnswer(
  response: Response,
  request: Bounds,
): Promise<AsyncIterable<GenerationEvent>> {
  await expectMediaType(response, request.stream ? 'text/event-stream' : 'application/json')
  return chatEvents(request.stream ? streamed(response) : plain(response), request)
}

/** The objects of an answer as events: the words as they come, the usage once, at the end. */
export async function* chatEvents(
  bodies: AsyncIterable<unknown>,
  { maxTokens }: Pick<Bounds, 'maxTokens'>,
): AsyncGenerator<GenerationEvent> {
  let last: TokenUsage | null = null
  let isFinished = false
  let hasSpoken = false
  let isSilent = true
  for await (const body of bodies) {
    if (body === DONE) {
      // Nothing at all is no answer, whoever says that it is done.
      isFinished = hasSpoken
      break
    }
    const { chunk, usage } = readChunk(body)
    // Some servers tell a running total with every chunk, or tell it twice: the last one counts.
    if (usage) last = usage
    if (!chunk) continue
    hasSpoken = true
    isFinished ||= chunk.finishReason !== null
    isSilent &&= chunk.text === ''
    yield chunk
  }
  // Some servers leave [DONE] out; one that never said why it stopped either was cut off.
  if (!isFinished)
    throw new AppError('upstream_unavailable', 'The model server stopped in the middle of the answer')
  if (last && isCredible(last, isSilent, maxTokens)) yield { type: 'usage', usage: last }
}

/** Without usage the answer is counted as it passes, which is better than a count that cannot be true. */
const isCredible = ({ completionTokens }: TokenUsage, isSilent: boolean, maxTokens: number) =>
  completionTokens <= maxTokens && (isSilent || completionTokens > 0)

async function* plain(response: Response): AsyncGenerator {
  yield parseJson(await readLimited(response, MAX_BODY_BYTES).catch(broken))
}

async function* streamed(response: Response): AsyncGenerator {
  for await (const { data } of serverSentEvents(response)) yield data === '[DONE]' ? DONE : parseJson(data)
}
