import { z } from 'zod'
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
 * budget as a line of its own. Never fails, and ends when the client leaves.
 */
export async function askBeside(
  ask: (call: Ask) => Promise<Asked>,
  call: Ask,
  job: SideJob,
): Promise<SideAnswer> {
  let asked: Asked | null = null
  if (call.clientSignal.aborted) return { text: null, ...spentOn(asked), failure: 'the client left' }
  try {
    asked = await ask(besides(call, job))
    let text = ''
    for await (const event of asked.session.events) if (event.type === 'chunk') text += event.text
    return { text, ...spentOn(asked), failure: null }
  } catch (thrown) {
    return { text: null, ...spentOn(asked), failure: failureOf(AppError.from(thrown)) }
  }
}

/** Why nothing came of what was written. */
export const NO_JSON = 'the model wrote no usable JSON'

const rejections = z.array(z.object({ endpoint: z.string(), reason: z.string() })).catch([])
const REJECTIONS_SHOWN = 2

/** In one line, since an answer shows no details of it. */
function failureOf({ code, message, details }: AppError): string {
  const rejected = code === 'no_endpoint' ? rejections.parse(details['rejected']) : []
  if (rejected.length === 0) return message
  const shown = rejected.slice(0, REJECTIONS_SHOWN).map(({ endpoint, reason }) => `${endpoint} (${reason})`)
  const others = rejected.length > REJECTIONS_SHOWN ? ' and others' : ''
  return `No endpoint satisfies the requirements: ${shown.join(', ')}${others}`
}

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
    isBeside: true,
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
