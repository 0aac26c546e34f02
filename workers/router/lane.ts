import { AppError } from '../../shared/errors.ts'

/** How long a call that nobody waits for may wait for company. */
const SOON_MS = 15
/** How long any call waits for company while the lane is crowded: two calls that somebody waits for went together just now. */
const CROWD_MS = { wait: 2, memory: 20 } as const
const MAX_BATCH = 128
/** A leader that has not answered for this long was cancelled with its request; the next one takes over. */
const ABANDONED_MS = 10_000

/** Keeps work alive after the response: a request's `executionCtx.waitUntil`. */
export type WaitUntil = (work: Promise<unknown>) => void

export type Lane<Operation, Result> = {
  /** Sent at once, or with what has gathered when the call under way returns; in a crowd after 2 ms at the latest. */
  now(operation: Operation, waitUntil: WaitUntil): Promise<Result>
  /** Sent with the next call to the object, at the latest after 15 ms. */
  soon(operation: Operation, waitUntil: WaitUntil): Promise<Result>
}

type Item<Operation, Result> = {
  readonly operation: Operation
  /** Somebody waits for the answer. */
  readonly isUrgent: boolean
  readonly answer: PromiseWithResolvers<Result>
  /** Resolved when this item's request should send a group, or need not any more. */
  turn: PromiseWithResolvers<void>
}

/**
 * Group commit: calls of many requests to one object share round trips and transactions, in order. With one request in
 * flight nothing waits; the busier the object, the larger the groups, and in a crowd they are given 2 ms to form. A group is always sent by one of the requests in
 * it, in its own I/O context, since workerd lets no request use another's.
 */
export function lane<Operation, Result>(
  send: (operations: Operation[]) => Promise<Result[]>,
  now: () => number,
): Lane<Operation, Result> {
  let queue: Item<Operation, Result>[] = []
  let sending: { readonly group: readonly Item<Operation, Result>[]; readonly sinceMs: number } | null = null

  /** When two urgent calls last went together. */
  let crowdedMs = Number.NEGATIVE_INFINITY

  const isCrowded = () => now() - crowdedMs < CROWD_MS.memory
  const isSending = () => sending !== null && now() - sending.sinceMs < ABANDONED_MS

  const sendGroup = async () => {
    // Nobody else can tell those who wait for a leader that vanished.
    if (sending)
      refuse(sending.group, new AppError('internal', 'The call was lost with the request that sent it'))
    const mine = { group: queue.slice(0, MAX_BATCH), sinceMs: now() }
    queue = queue.slice(MAX_BATCH)
    sending = mine
    if (mine.group.filter(({ isUrgent }) => isUrgent).length > 1) crowdedMs = mine.sinceMs
    try {
      const results = await send(mine.group.map(({ operation }) => operation))
      for (const [index, result] of results.entries()) mine.group[index]?.answer.resolve(result)
    } catch (error) {
      refuse(mine.group, AppError.from(error))
    } finally {
      if (sending === mine) sending = null
      // Sent: their requests need not stay for it.
      for (const { turn } of mine.group) turn.resolve()
      queue[0]?.turn.resolve()
    }
  }

  const refuse = (group: readonly Item<Operation, Result>[], failure: AppError) => {
    for (const { answer } of group) answer.reject(failure)
  }

  const add = (operation: Operation, isUrgent: boolean) => {
    const turn = Promise.withResolvers<void>()
    const item = { operation, isUrgent, answer: Promise.withResolvers<Result>(), turn }
    queue.push(item)
    return item
  }

  const lead = async (item: Item<Operation, Result>) => {
    while (queue.includes(item)) {
      await item.turn.promise
      // Another was faster; when it is done the next turn comes.
      if (isSending()) item.turn = Promise.withResolvers()
      else if (queue.includes(item)) await sendGroup()
    }
  }

  const join = (item: Item<Operation, Result>, waitMs: number, waitUntil: WaitUntil) => {
    const begin = () => (isSending() ? undefined : item.turn.resolve())
    if (waitMs === 0) begin()
    else waitUntil(new Promise((resolve) => setTimeout(resolve, waitMs)).then(begin))
    waitUntil(lead(item))
    return item.answer.promise
  }

  return {
    now: (operation, waitUntil) => join(add(operation, true), isCrowded() ? CROWD_MS.wait : 0, waitUntil),
    soon: (operation, waitUntil) => join(add(operation, false), SOON_MS, waitUntil),
  }
}
