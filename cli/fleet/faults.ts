import { z } from 'zod'

const waitMs = z.int().min(0).max(60_000)
const afterTokens = z.int().min(0)
const times = z.int().min(1).max(1_000_000).default(1)
const kind = <K extends string, S extends z.core.$ZodLooseShape>(name: K, shape: S) =>
  z.strictObject({ kind: z.literal(name), times, ...shape })

/** What goes wrong with the next `times` completions. Positions count tokens from the start of the answer, durations are of the wall clock. */
export const fault = z.discriminatedUnion('kind', [
  // Before the head.
  kind('disconnect', {}),
  kind('slowHead', { delayMs: waitMs }),
  kind('refuse', {
    status: z.union([z.literal(429), z.literal(500), z.literal(503)]),
    /** The header as it is sent: seconds, a date, or anything that a confused server might say. */
    retryAfter: z.union([z.string(), z.number()]).optional(),
  }),
  kind('html', { status: z.int().min(200).max(599) }),
  // In the middle.
  kind('cut', { afterTokens }),
  kind('malformed', { afterTokens }),
  kind('stall', { afterTokens, forMs: waitMs.default(60_000) }),
  kind('slowTokens', { msPerToken: waitMs }),
  kind('endless', {}),
  // In the form.
  kind('comments', { perToken: z.int().min(1).max(1_000).default(100) }),
  kind('crlf', {}),
  kind('splitUtf8', {}),
  kind('noDone', {}),
  kind('noUsage', {}),
  kind('wrongUsage', { as: z.enum(['tooLarge', 'zero', 'negative', 'string', 'twice', 'withChoices']) }),
])
/** Every request is refused from now on, whichever it is, and `/health` answers 503. */
const outage = z.strictObject({ kind: z.literal('outage'), forMs: z.int().min(0).max(3_600_000) })

export type Fault = z.infer<typeof fault>
const scripted = z.union([fault, outage, z.null()])
/** A fault to come; null lets one completion through. */
export type Scripted = z.input<typeof scripted>
/** What `POST /faults` takes: one fault, or several in their order. */
export const faultRequest = z.union([scripted, z.array(scripted).max(1_000)])

export type FaultQueue = {
  script(faults: readonly Scripted[]): void
  /** What is wrong with the completion that begins now. */
  take(): Fault | null
  pending(): { readonly faults: readonly (Fault | null)[]; readonly outageMs: number }
  clear(): void
}

export function createFaultQueue(now: () => number): FaultQueue {
  const queue: { readonly fault: Fault | null; left: number }[] = []
  let outageUntilMs = 0
  return {
    script(faults) {
      for (const next of faults.map((given) => scripted.parse(given)))
        if (next?.kind === 'outage') outageUntilMs = now() + next.forMs
        else queue.push({ fault: next, left: next?.times ?? 1 })
    },
    take() {
      const [first] = queue
      if (!first) return null
      first.left -= 1
      if (first.left === 0) queue.shift()
      return first.fault
    },
    pending: () => ({
      faults: queue.map(({ fault, left }) => fault && { ...fault, times: left }),
      outageMs: Math.max(0, Math.ceil(outageUntilMs - now())),
    }),
    clear() {
      queue.length = 0
      outageUntilMs = 0
    },
  }
}

/** Tokens that are told before the answer ends, of `tokens` that it has. */
export function toldTokens(fault: Fault | null, tokens: number): number {
  if (fault?.kind === 'endless') return Number.POSITIVE_INFINITY
  return fault?.kind === 'cut' || fault?.kind === 'malformed' ? Math.min(fault.afterTokens, tokens) : tokens
}

/** How long a token is held back. */
export function delayBeforeMs(fault: Fault | null): ((position: number) => number) | undefined {
  if (fault?.kind === 'stall') return (position) => (position === fault.afterTokens ? fault.forMs : 0)
  if (fault?.kind === 'slowTokens') return () => fault.msPerToken
  // Without a pause it would never let go of the processor.
  if (fault?.kind === 'endless') return () => 1
  return undefined
}
