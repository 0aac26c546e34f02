import { recentTurns } from '../../shared/domain/prompt.ts'
import {
  type Rewriting,
  readRewriting,
  rewritingPrompt,
  type Technique,
} from '../../shared/domain/rewriting.ts'
import type { Ask, Asked } from './ask.ts'
import { askBeside, NO_JSON, type SideSpend, sideFields } from './side-job.ts'

/** A model that rewords has this long; after it the search goes by the question alone. */
const PATIENCE_MS = 5_000
/** Of the time that the caller waits at most; the rest is for the answer. */
const LATENCY_SHARE = 0.5
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

/** What was asked of which model, what came of it and what it cost. */
export type Rewritten = SideSpend & {
  readonly techniques: readonly Technique[]
  readonly rewriting: Rewriting | null
}

/** Lets a small model reword the question; `leftMs` is what is left of the time that the caller waits. Never fails: without it the question is searched as it came. */
export async function rewrite(
  ask: (call: Ask) => Promise<Asked>,
  call: Ask,
  { techniques, maxCostUsd }: NonNullable<Ask['rewriting']>,
  leftMs: number,
): Promise<Rewritten> {
  const latest = recentTurns(
    call.conversation,
    CONVERSATION_TOKENS,
    (text) => text.length / CHARACTERS_PER_TOKEN,
  )
  const { text, ...spent } = await askBeside(ask, call, {
    name: 'rewriting',
    messages: rewritingPrompt(call.question, latest, techniques),
    maxTokens: MAX_TOKENS,
    maxCostUsd,
    maxLatencyMs: Math.min(PATIENCE_MS, Math.ceil(leftMs * LATENCY_SHARE)),
    labels: [],
  })
  if (text === null) return { techniques, rewriting: null, ...spent }
  const rewriting = readRewriting(text, techniques)
  return { techniques, rewriting, ...spent, failure: rewriting ? null : NO_JSON }
}

/** As answers show it. */
export function rewritingFields({ techniques, rewriting, ...spent }: Rewritten) {
  return {
    techniques: [...techniques],
    standalone: rewriting?.standalone ?? null,
    queries: [...(rewriting?.queries ?? [])],
    passage: rewriting?.passage ?? null,
    ...sideFields(spent),
  }
}
