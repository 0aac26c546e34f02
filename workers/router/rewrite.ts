import { toUsd } from '../../shared/domain/money.ts'
import { recentTurns } from '../../shared/domain/prompt.ts'
import {
  type Rewriting,
  readRewriting,
  rewritingPrompt,
  type Technique,
} from '../../shared/domain/rewriting.ts'
import { AppError } from '../../shared/errors.ts'
import type { Ask, Asked } from './ask.ts'

/** A model that rewords has this long; after it the search goes by the question alone. */
const PATIENCE_MS = 5_000
const MAX_TOKENS = 400
/** Of the worst case, in which each byte is a token: a small model at $1 and $2 a million tokens stays below it, and takes a fraction of it. */
const DEFAULT_MAX_COST_USD = 0.006
/** What a question leaves out was said just before it. */
const CONVERSATION_TOKENS = 1_000
const CHARACTERS_PER_TOKEN = 4

/** What a request asks for; null: nothing. */
export const wantedRewriting = (
  techniques: readonly Technique[] | undefined,
  maxCostUsd = DEFAULT_MAX_COST_USD,
): Ask['rewriting'] => (techniques ? { techniques: [...new Set(techniques)], maxCostUsd } : null)

/** What was asked of which model, what came of it and what it cost; null for `endpoint` when none answered. */
export type Rewritten = {
  readonly techniques: readonly Technique[]
  readonly rewriting: Rewriting | null
  readonly endpoint: string | null
  readonly costNanoUsd: number
  /** Why nothing came of it. */
  readonly failure: string | null
}

/**
 * Lets a small model reword the question, as one more routed answer: with the caller's requirements, reserved and settled in the
 * tenant's budget as a line of its own. Never fails: without it the question is searched as it came.
 */
export async function rewrite(
  ask: (call: Ask) => Promise<Asked>,
  call: Ask,
  techniques: readonly Technique[],
  maxCostUsd: number,
): Promise<Rewritten> {
  const nothing = { techniques, rewriting: null, endpoint: null, costNanoUsd: 0 }
  try {
    const asked = await ask(asWritingJob(call, techniques, maxCostUsd))
    let text = ''
    for await (const event of asked.session.events) if (event.type === 'chunk') text += event.text
    const rewriting = readRewriting(text, techniques)
    const { costNanoUsd } = asked.session.spend()
    const failure = rewriting ? null : 'the model wrote no usable JSON'
    return { techniques, rewriting, endpoint: asked.session.endpoint.id, costNanoUsd, failure }
  } catch (thrown) {
    return { ...nothing, failure: AppError.from(thrown).message }
  }
}

function asWritingJob(call: Ask, techniques: readonly Technique[], maxCostUsd: number): Ask {
  const { context, requirements } = call
  const latest = recentTurns(
    call.conversation,
    CONVERSATION_TOKENS,
    (text) => text.length / CHARACTERS_PER_TOKEN,
  )
  const { maxLatencyMs = PATIENCE_MS, maxCostUsd: wholeUsd = maxCostUsd } = requirements
  return {
    ...call,
    context: { ...context, requestId: `${context.requestId}-rewriting` },
    collection: null,
    // Who names a model means the one that answers.
    model: null,
    messages: rewritingPrompt(call.question, latest, techniques),
    requirements: {
      ...requirements,
      tier: 's',
      quality: undefined,
      maxLatencyMs: Math.min(PATIENCE_MS, maxLatencyMs),
      maxCostUsd: Math.min(maxCostUsd, wholeUsd),
    },
    maxTokens: MAX_TOKENS,
    parameters: {},
    format: 'text',
    stream: false,
    rewriting: null,
  }
}

/** As answers show it. */
export function rewritingFields({ techniques, rewriting, endpoint, costNanoUsd, failure }: Rewritten) {
  return {
    techniques: [...techniques],
    standalone: rewriting?.standalone ?? null,
    queries: [...(rewriting?.queries ?? [])],
    passage: rewriting?.passage ?? null,
    endpoint,
    costUsd: toUsd(costNanoUsd),
    costNanoUsd,
    failure,
  }
}
