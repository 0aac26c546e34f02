import type { AppError } from '../../shared/errors.ts'
import { ABANDONED_MS, ATTEMPTS, type Call, callGroups } from './lane-groups.ts'

/** How long a call that nobody waits for may wait for company. */
const SOON_MS = 20
/** How long any call waits for company while the lane is crowded: two calls that somebody waits for went together just now. */
const CROWD_MS = { wait: 2, memory: 20 } as const
/** A timer costs more than a call: calls that nobody waits for share the timers of two of them, should one request vanish. */
const CARRIERS = 2
/** A request may stay behind its answer for 30 seconds; a carrier leaves the rest to the next one long before. */
const CARRY_MS = 5_000

/** Keeps work alive after the response: a request's `executionCtx.waitUntil`. */
export type WaitUntil = (work: Promise<unknown>) => void

/** What becomes of a posted operation, for whoever wants to know. */
export type Receipt<Result> = {
  readonly answered?: (result: Result) => void
  /** After each failure, with how many there were; `isLast`: it is given up. */
  readonly failed?: (error: AppError, attempt: number, isLast: boolean) => void
}

export type Lane<Operation, Result> = {
  /** Sent at once, or with what has gathered when the call under way returns; in a crowd after 2 ms at the latest. */
  now(operation: Operation, waitUntil: WaitUntil): Promise<Result>
  /** Sent with the next call to the object, at the latest after 20 ms; when that fails again, three times in all. Operations are idempotent. */
  post(operation: Operation, waitUntil: WaitUntil, receipt?: Receipt<Result>): void
}

/**
 * Group commit: calls of many requests to one object share round trips and transactions, in order. With one request in
 * flight nothing waits; the busier the object, the larger the groups, and in a crowd they are given 2 ms to form. A group is always sent by one of the requests in
 * it, or by one that stays behind its answer for that, in its own I/O context, since workerd lets no request use another's.
 */
export function lane<Operation, Result>(
  send: (operations: Operation[]) => Promise<Result[]>,
  now: () => number,
): Lane<Operation, Result> {
  type C = Call<Operation, Result>
  /** When two urgent calls last went together. */
  let crowdedMs = Number.NEGATIVE_INFINITY
  const groups = callGroups(send, now, (calls, waitMs, waitUntil) =>
    waitUntil(
      sleep(waitMs).then(() => {
        groups.add(...calls)
        return carry(0, waitUntil)
      }),
    ),
  )
  const carry = carriers(now, groups, (waitUntil) => sendGroup(waitUntil))

  const isCrowded = () => now() - crowdedMs < CROWD_MS.memory
  const sendGroup = (waitUntil: WaitUntil) =>
    groups.sendGroup(waitUntil, (urgent) => {
      if (urgent > 1) crowdedMs = now()
    })

  const lead = async (call: C, waitUntil: WaitUntil) => {
    while (groups.holds(call)) {
      await call.turn?.promise
      // Another was faster; when it is done the next turn comes.
      if (groups.isSending()) call.turn = Promise.withResolvers()
      else if (groups.holds(call)) await sendGroup(waitUntil)
    }
  }

  return {
    now(operation, waitUntil) {
      const { promise, resolve, reject } = Promise.withResolvers<Result>()
      const turn = Promise.withResolvers<void>()
      const call: C = { operation, turn, attempts: 0, isAnswered: false, answer: resolve, fail: reject }
      groups.add(call)
      const begin = () => (groups.isSending() ? undefined : call.turn?.resolve())
      if (isCrowded()) waitUntil(sleep(CROWD_MS.wait).then(begin))
      else begin()
      waitUntil(lead(call, waitUntil))
      // Whoever waits still gets the failure; a request that vanished leaves nobody to hear it, which is no fault of the isolate.
      promise.catch(() => undefined)
      return promise
    },
    post(operation, waitUntil, { answered, failed } = {}) {
      const call: C = {
        operation,
        turn: null,
        attempts: 0,
        isAnswered: false,
        answer: (result) => answered?.(result),
        fail: (error) => failed?.(error, call.attempts, call.attempts >= ATTEMPTS),
      }
      groups.add(call)
      if (carry.alive() < CARRIERS) waitUntil(carry(SOON_MS, waitUntil))
    },
  }
}

type Groups = Pick<ReturnType<typeof callGroups>, 'isEmpty' | 'isSending' | 'ended'>

/** Those who stay behind to send what has gathered. */
function carriers(now: () => number, groups: Groups, sendGroup: (waitUntil: WaitUntil) => Promise<void>) {
  /** Until when each may be believed to live. */
  const believedUntilMs = new Map<object, number>()

  /** Waits, then sends everything that has gathered; while more comes another one takes over after a while. */
  const carry = async (waitMs: number, waitUntil: WaitUntil) => {
    const me = {}
    const startedMs = now()
    believedUntilMs.set(me, startedMs + waitMs + ABANDONED_MS)
    await sleep(waitMs)
    while (!groups.isEmpty() && (now() - startedMs < CARRY_MS || believedUntilMs.size === 1)) {
      believedUntilMs.set(me, now() + ABANDONED_MS)
      if (groups.isSending()) await Promise.race([groups.ended(), sleep(ABANDONED_MS / 10)])
      else await sendGroup(waitUntil)
    }
    believedUntilMs.delete(me)
  }

  const alive = () => {
    for (const [carrier, untilMs] of believedUntilMs) if (untilMs <= now()) believedUntilMs.delete(carrier)
    return believedUntilMs.size
  }
  return Object.assign(carry, { alive })
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
