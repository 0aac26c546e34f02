import { AppError } from '../../shared/errors.ts'

/** How long a call that nobody waits for may wait for company. */
const SOON_MS = 15
const MAX_BATCH = 128
/** A leader that has not answered for this long was cancelled with its request; the next one takes over. */
const ABANDONED_MS = 10_000

/** Keeps work alive after the response: a request's `executionCtx.waitUntil`. */
export type WaitUntil = (work: Promise<unknown>) => void

export type Lane<Operation, Result> = {
  /** Sent at once, or together with whatever else has gathered when the call under way returns. */
  now(operation: Operation, waitUntil: WaitUntil): Promise<Result>
  /** Sent with the next call to the object, at the latest after 15 ms. */
  soon(operation: Operation, waitUntil: WaitUntil): Promise<Result>
}

type Item<Operation, Result> = {
  readonly operation: Operation
  readonly answer: PromiseWithResolvers<Result>
  /** Resolved when this item's request should send a group, or need not any more. */
  turn: PromiseWithResolvers<void>
}

/**
 * Group commit: calls of many requests to one object share round trips and transactions, in order. With one request in
 * flight nothing waits; the busier the object, the larger the groups. A group is always sent by one of the requests in
 * it, in its own I/O context, since workerd lets no request use another's.
 */
export function lane<Operation, Result>(
  send: (operations: Operation[]) => Promise<Result[]>,
  now: () => number,
): Lane<Operation, Result> {
  let queue: Item<Operation, Result>[] = []
  let sending: { readonly group: readonly Item<Operation, Result>[]; readonly sinceMs: number } | null = null

  const isSending = () => sending !== null && now() - sending.sinceMs < ABANDONED_MS

  const sendGroup = async () => {
    // Nobody else can tell those who wait for a leader that vanished.
    if (sending)
      refuse(sending.group, new AppError('internal', 'The call was lost with the request that sent it'))
    const mine = { group: queue.slice(0, MAX_BATCH), sinceMs: now() }
    queue = queue.slice(MAX_BATCH)
    sending = mine
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

  const add = (operation: Operation) => {
    const item = { operation, answer: Promise.withResolvers<Result>(), turn: Promise.withResolvers<void>() }
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

  return {
    now(operation, waitUntil) {
      const item = add(operation)
      if (!isSending()) item.turn.resolve()
      waitUntil(lead(item))
      return item.answer.promise
    },
    soon(operation, waitUntil) {
      const item = add(operation)
      const timer = new Promise<void>((resolve) => setTimeout(resolve, SOON_MS))
      waitUntil(timer.then(() => (isSending() ? undefined : item.turn.resolve())))
      waitUntil(lead(item))
      return item.answer.promise
    },
  }
}
