import { toUsd } from '../../shared/domain/money.ts'
import type { ChatMessage } from '../../shared/domain/passage.ts'
import { AppError } from '../../shared/errors.ts'
import type { Ask, Asked } from './ask.ts'

/** A small task for a small model beside an answer. */
export type SideJob = {
  /** Behind the id of the request it is the id of the job's line in the ledger. */
  readonly name: string
  readonly messages: readonly ChatMessage[]
  readonly maxTokens: number
  readonly maxCostUsd: number
  readonly maxLatencyMs: number
  /** Data labels of the passages in `messages`. */
  readonly labels: readonly string[]
}

/** Who did it, null when nobody began, and what it cost. */
export type SideSpend = {
  readonly endpoint: string | null
  readonly costNanoUsd: number
  /** Why nothing came of it. */
  readonly failure: string | null
}

/** `text` is null when nobody finished. */
export type SideAnswer = SideSpend & { readonly text: string | null }

/**
 * Has a model of the smallest tier do it, as one more routed answer: with the caller's requirements, reserved and settled in the tenant's
 * budget as a line of its own. Never fails.
 */
export async function askBeside(
  ask: (call: Ask) => Promise<Asked>,
  call: Ask,
  job: SideJob,
): Promise<SideAnswer> {
  let asked: Asked | null = null
  try {
    asked = await ask(besides(call, job))
    let text = ''
    for await (const event of asked.session.events) if (event.type === 'chunk') text += event.text
    return { text, ...spentOn(asked), failure: null }
  } catch (thrown) {
    return { text: null, ...spentOn(asked), failure: AppError.from(thrown).message }
  }
}

/** Why nothing came of what was written. */
export const NO_JSON = 'the model wrote no usable JSON'

const spentOn = (asked: Asked | null) =>
  asked
    ? { endpoint: asked.session.endpoint.id, costNanoUsd: asked.session.spend().costNanoUsd }
    : { endpoint: null, costNanoUsd: 0 }

function besides(call: Ask, { name, messages, maxTokens, maxCostUsd, maxLatencyMs, labels }: SideJob): Ask {
  const { context, requirements } = call
  return {
    ...call,
    context: { ...context, requestId: `${context.requestId}-${name}` },
    collection: null,
    // Who names a model means the one that answers.
    model: null,
    messages,
    labels,
    requirements: {
      ...requirements,
      tier: 's',
      quality: undefined,
      maxLatencyMs: Math.min(maxLatencyMs, requirements.maxLatencyMs ?? maxLatencyMs),
      maxCostUsd: Math.min(maxCostUsd, requirements.maxCostUsd ?? maxCostUsd),
    },
    maxTokens,
    parameters: {},
    format: 'text',
    stream: false,
    rewriting: null,
    judging: null,
  }
}

/** As answers show it. */
export const sideFields = ({ endpoint, costNanoUsd, failure }: SideSpend) => ({
  endpoint,
  costUsd: toUsd(costNanoUsd),
  costNanoUsd,
  failure,
})
