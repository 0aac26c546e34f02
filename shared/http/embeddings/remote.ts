import { costOfTokens, type EmbedderTariff, mostTokens } from '../../domain/tariff.ts'
import { utf8Bytes } from '../../domain/tokens.ts'
import { unit } from '../../domain/vector.ts'
import { AppError } from '../../errors.ts'
import type { Embedder, Embedding } from '../../ports/embedder.ts'
import { withSpend } from '../../spending/partial-spend.ts'
import { MAX_BODY_BYTES } from '../body.ts'
import { type RetryOptions, withRetries } from '../retry.ts'
import type { Upstream } from '../upstream.ts'
import { batchTexts, cutToTokens, type SizedText } from './batches.ts'

export type RemoteOptions = Upstream & {
  /** What clients call it. */
  readonly name: string
  /** Who is paid for it. */
  readonly provider: string
  readonly model: string
  readonly dimensions: number
  readonly denseShare: number
  readonly feedbackShare: number
  /** Longest text that the model reads; what is longer is cut. */
  readonly maxTokens: number
  /** The server cuts what is longer itself, by the model's own tokens, so that none of the room is lost to a margin. */
  readonly truncates: boolean
  /** Texts in one request. */
  readonly batchSize: number
  readonly queryPrefix?: string | undefined
  readonly documentPrefix?: string | undefined
  readonly nanoUsdPerKTok: number
  readonly countTokens: (text: string) => number
  readonly random?: () => number
}

type Kind = 'document' | 'query'

/** One exchange with the server. `tokens` is null where it does not say them. */
type Ask = (
  texts: readonly string[],
  kind: Kind,
  signal: AbortSignal,
) => Promise<{ readonly vectors: readonly (readonly number[])[]; readonly tokens: number | null }>

/** Our count is another tokenizer's: models that cut words finer still have room. */
const TOKEN_MARGIN = 0.8
/** Below what any of the vendors takes in one request. */
const TOKENS_PER_BATCH = 100_000
const REQUESTS_AT_ONCE = 4
/** Characters of one number in JSON, rounded up. */
const BYTES_PER_NUMBER = 32
/** Somebody waits for a query; a document has time. */
const PATIENCE = {
  query: { tries: 3, longestWaitMs: 2_000, timeoutMs: 10_000 },
  document: { tries: 5, longestWaitMs: 15_000, timeoutMs: 60_000 },
} as const

/** All that embedders behind HTTP have in common: cutting, batching, retries, checks and cost. `ask` is what tells them apart. */
export function remoteEmbedder(options: RemoteOptions, ask: Ask): Embedder {
  const { name, model, dimensions, denseShare, feedbackShare, documentPrefix, nanoUsdPerKTok } = options
  const patient = patiently(options, ask)
  return {
    // Whatever fixes the vectors of documents. A query's prefix may change, as it is stored nowhere.
    id: [name, model, dimensions, ...(documentPrefix ? [documentPrefix.trim()] : [])].join(':'),
    dimensions,
    denseShare,
    feedbackShare,
    tariff: tariffOf(options),
    async embed(texts, kind, signal = new AbortController().signal): Promise<Embedding> {
      const vectors: Float32Array[] = texts.map(() => new Float32Array(dimensions))
      const counted = { tokens: 0, isEstimated: false }
      const spent = () => ({
        tokens: counted.tokens,
        costNanoUsd: costOfTokens(counted.tokens, nanoUsdPerKTok),
      })
      try {
        await eachBounded(batchesOf(texts, kind, options), REQUESTS_AT_ONCE, async (batch) => {
          const answer = await patient(batch, kind, signal)
          for (const [i, { index }] of batch.entries())
            vectors[index] = unit(Float32Array.from(answer.vectors[i] ?? []))
          counted.tokens += answer.tokens
          counted.isEstimated ||= answer.isEstimated
        })
      } catch (thrown) {
        throw withSpend(thrown, spent(), signal)
      }
      return { vectors, ...spent(), ...(counted.isEstimated && { isEstimated: true }) }
    },
  }
}

function tariffOf(options: RemoteOptions): EmbedderTariff | null {
  const { provider, model, nanoUsdPerKTok, queryPrefix = '', documentPrefix = '' } = options
  if (nanoUsdPerKTok === 0) return null
  const prefixTokens = Math.max(utf8Bytes(queryPrefix), utf8Bytes(documentPrefix))
  return {
    provider,
    model,
    mostNanoUsd: (texts) => costOfTokens(mostTokens(texts) + prefixTokens * texts.length, nanoUsdPerKTok),
  }
}

/** What has no words is not sent: its vector is zeros, and some servers refuse a whole batch for it. */
function batchesOf(texts: readonly string[], kind: Kind, options: RemoteOptions): SizedText[][] {
  const { maxTokens, truncates, batchSize, dimensions, countTokens } = options
  const prefix = (kind === 'query' ? options.queryPrefix : options.documentPrefix) ?? ''
  const limit = truncates ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(maxTokens * TOKEN_MARGIN))
  const sized = texts.flatMap((words, index) => {
    if (words.trim() === '') return []
    const text = cutToTokens(prefix + words, limit, countTokens)
    return [{ index, text, tokens: countTokens(text) }]
  })
  const answerable = Math.max(1, Math.floor(MAX_BODY_BYTES / (dimensions * BYTES_PER_NUMBER)))
  return batchTexts(sized, { maxTexts: Math.min(batchSize, answerable), maxTokens: TOKENS_PER_BATCH })
}

function patiently(options: RemoteOptions, ask: Ask) {
  const { name, dimensions, random } = options
  return async (batch: readonly SizedText[], kind: Kind, signal: AbortSignal) => {
    const { timeoutMs, ...patience } = PATIENCE[kind]
    const texts = batch.map(({ text }) => text)
    const retry: RetryOptions = { ...patience, ...(random && { random }) }
    try {
      return await withRetries(
        async () => {
          const { vectors, tokens } = await withDeadline(
            (limited) => ask(texts, kind, limited),
            timeoutMs,
            signal,
          )
          checkVectors(vectors, texts.length, dimensions)
          return { vectors, ...believed(tokens, batch) }
        },
        retry,
        signal,
      )
    } catch (thrown) {
      signal.throwIfAborted()
      throw embedderFailure(name, AppError.from(thrown))
    }
  }
}

/** A server that counts more tokens than the texts can have moves no money: then they are counted here. */
function believed(tokens: number | null, batch: readonly SizedText[]) {
  if (tokens !== null && tokens <= mostTokens(batch.map(({ text }) => text)))
    return { tokens, isEstimated: false }
  return { tokens: batch.reduce((sum, sized) => sum + sized.tokens, 0), isEstimated: true }
}

async function withDeadline<T>(
  run: (signal: AbortSignal) => Promise<T>,
  timeoutMs: number,
  signal: AbortSignal,
) {
  const deadline = AbortSignal.timeout(timeoutMs)
  try {
    return await run(AbortSignal.any([signal, deadline]))
  } catch (cause) {
    if (!deadline.aborted) throw cause
    throw new AppError('upstream_timeout', `The server kept silent for ${timeoutMs} ms`, { cause })
  }
}

function checkVectors(vectors: readonly (readonly number[])[], count: number, dimensions: number): void {
  if (vectors.length !== count)
    throw new AppError(
      'upstream_rejected',
      `The server answered ${vectors.length} vectors for ${count} texts`,
    )
  for (const { length } of vectors)
    if (length !== dimensions)
      throw new AppError(
        'upstream_rejected',
        `The server answers vectors of ${length} dimensions and is configured with ${dimensions}; set "dimensions" to ${length} and make a new collection`,
      )
}

/** The texts fit by our own checks, so a refusal of them is no fault of the caller but of how the embedder is configured. */
function embedderFailure(name: string, error: AppError): AppError {
  const isBlaming = error.code === 'invalid_request' || error.code === 'context_length_exceeded'
  return new AppError(isBlaming ? 'upstream_rejected' : error.code, `Embedder "${name}": ${error.message}`, {
    cause: error,
    details: error.details,
  })
}

/** Runs all, at most `limit` at once. After the first failure none begins, and it is thrown when those under way have ended: they are paid for. */
async function eachBounded<T>(
  items: readonly T[],
  limit: number,
  run: (item: T) => Promise<void>,
): Promise<void> {
  const waiting = items.values()
  const failures: unknown[] = []
  const work = async () => {
    for (const item of waiting) {
      if (failures.length > 0) return
      await run(item).catch((thrown: unknown) => failures.push(thrown))
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work))
  if (failures.length > 0) throw failures[0]
}
