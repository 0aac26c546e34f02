import { AppError } from '../../shared/errors.ts'

/** How long a call that nobody waits for may wait for company. */
const SOON_MS = 20
/** How long any call waits for company while the lane is crowded: two calls that somebody waits for went together just now. */
const CROWD_MS = { wait: 2, memory: 20 } as const
const MAX_BATCH = 128
/** A leader that has not answered for this long was cancelled with its request; the next one takes over. */
const ABANDONED_MS = 10_000
/** What nobody waits for must arrive all the same. An object that was reset or moved answers again at once. */
const ATTEMPTS = 3
const AGAIN_AFTER_MS = 200
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

type Item<Operation, Result> = {
  readonly operation: Operation
  /** Somebody waits for the answer: resolves when this item's request should send a group, or need not any more. */
  turn: PromiseWithResolvers<void> | null
  attempts: number
  /** The answer, once: a call that was given up as lost may still come back. */
  isAnswered: boolean
  readonly answer: (result: Result) => void
  readonly fail: (error: AppError) => void
}

type Sending<Call> = {
  readonly group: readonly Call[]
  readonly sinceMs: number
  readonly end: PromiseWithResolvers<void>
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
  type Call = Item<Operation, Result>
  let queue: Call[] = []
  let sending: Sending<Call> | null = null
  /** When two urgent calls last went together. */
  let crowdedMs = Number.NEGATIVE_INFINITY
  /** Those who stay behind to send what has gathered, and until when they may be believed to live. */
  const carriers = new Map<object, number>()

  const isCrowded = () => now() - crowdedMs < CROWD_MS.memory
  const isSending = () => sending !== null && now() - sending.sinceMs < ABANDONED_MS

  const sendGroup = async (waitUntil: WaitUntil) => {
    // Nobody else can tell those who wait for a leader that vanished.
    if (sending)
      failAll(
        sending.group,
        new AppError('internal', 'The call was lost with the request that sent it'),
        waitUntil,
      )
    const mine = { group: queue.slice(0, MAX_BATCH), sinceMs: now(), end: Promise.withResolvers<void>() }
    queue = queue.slice(MAX_BATCH)
    sending = mine
    if (mine.group.filter(({ turn }) => turn !== null).length > 1) crowdedMs = mine.sinceMs
    try {
      const results = await send(mine.group.map(({ operation }) => operation))
      for (const [index, result] of results.entries()) answer(mine.group[index], result)
    } catch (error) {
      failAll(mine.group, AppError.from(error), waitUntil)
    } finally {
      if (sending === mine) sending = null
      mine.end.resolve()
      // Sent: their requests need not stay for it.
      for (const { turn } of mine.group) turn?.resolve()
      queue.find(({ turn }) => turn !== null)?.turn?.resolve()
    }
  }

  const answer = (item: Call | undefined, result: Result) => {
    if (!item || item.isAnswered) return
    item.isAnswered = true
    item.answer(result)
  }

  const failAll = (group: readonly Call[], failure: AppError, waitUntil: WaitUntil) => {
    const again: Call[] = []
    for (const item of group.filter(({ isAnswered }) => !isAnswered)) {
      item.attempts += 1
      item.fail(failure)
      if (item.turn === null && item.attempts < ATTEMPTS) again.push(item)
    }
    const [first] = again
    if (first) waitUntil(sleep(AGAIN_AFTER_MS * first.attempts).then(() => resend(again, waitUntil)))
  }

  const resend = async (again: readonly Call[], waitUntil: WaitUntil) => {
    queue.push(...again.filter(({ isAnswered }) => !isAnswered))
    await carry(0, waitUntil)
  }

  /** Waits, then sends everything that has gathered; while more comes another one takes over after a while. */
  const carry = async (waitMs: number, waitUntil: WaitUntil) => {
    const me = {}
    const startedMs = now()
    carriers.set(me, startedMs + waitMs + ABANDONED_MS)
    await sleep(waitMs)
    while (queue.length > 0 && (now() - startedMs < CARRY_MS || carriers.size === 1)) {
      carriers.set(me, now() + ABANDONED_MS)
      if (!isSending()) await sendGroup(waitUntil)
      else await Promise.race([sending?.end.promise, sleep(ABANDONED_MS / 10)])
    }
    carriers.delete(me)
  }

  const carriersAlive = () => {
    for (const [carrier, untilMs] of carriers) if (untilMs <= now()) carriers.delete(carrier)
    return carriers.size
  }

  const lead = async (item: Call, waitUntil: WaitUntil) => {
    while (queue.includes(item)) {
      await item.turn?.promise
      // Another was faster; when it is done the next turn comes.
      if (isSending()) item.turn = Promise.withResolvers()
      else if (queue.includes(item)) await sendGroup(waitUntil)
    }
  }

  return {
    now(operation, waitUntil) {
      const { promise, resolve, reject } = Promise.withResolvers<Result>()
      const turn = Promise.withResolvers<void>()
      const item: Call = { operation, turn, attempts: 0, isAnswered: false, answer: resolve, fail: reject }
      queue.push(item)
      const begin = () => (isSending() ? undefined : item.turn?.resolve())
      if (isCrowded()) waitUntil(sleep(CROWD_MS.wait).then(begin))
      else begin()
      waitUntil(lead(item, waitUntil))
      return promise
    },
    post(operation, waitUntil, { answered, failed } = {}) {
      const item: Call = {
        operation,
        turn: null,
        attempts: 0,
        isAnswered: false,
        answer: (result) => answered?.(result),
        fail: (error) => failed?.(error, item.attempts, item.attempts >= ATTEMPTS),
      }
      queue.push(item)
      if (carriersAlive() < CARRIERS) waitUntil(carry(SOON_MS, waitUntil))
    },
  }
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
