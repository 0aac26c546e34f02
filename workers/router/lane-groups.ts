import { AppError } from '../../shared/errors.ts'
import type { WaitUntil } from './lane.ts'

const MAX_BATCH = 128
/** A leader that has not answered for this long was cancelled with its request; the next one takes over. */
export const ABANDONED_MS = 10_000
/** What nobody waits for must arrive all the same. An object that was reset or moved answers again at once. */
export const ATTEMPTS = 3
const AGAIN_AFTER_MS = 200

export type Call<Operation, Result> = {
  readonly operation: Operation
  /** Somebody waits for the answer: resolves when this call's request should send a group, or need not any more. */
  turn: PromiseWithResolvers<void> | null
  attempts: number
  /** The answer, once: a call that was given up as lost may still come back. */
  isAnswered: boolean
  readonly answer: (result: Result) => void
  readonly fail: (error: AppError) => void
}

type Sending<C> = {
  readonly group: readonly C[]
  readonly sinceMs: number
  readonly end: PromiseWithResolvers<void>
}

/** Calls that have gathered, and the one group that is under way. `again` takes those that failed and are to be sent once more. */
export function callGroups<Operation, Result>(
  send: (operations: Operation[]) => Promise<Result[]>,
  now: () => number,
  again: (calls: readonly Call<Operation, Result>[], waitMs: number, waitUntil: WaitUntil) => void,
) {
  type C = Call<Operation, Result>
  let queue: C[] = []
  let sending: Sending<C> | null = null

  const failAll = (group: readonly C[], failure: AppError, waitUntil: WaitUntil) => {
    const unanswered = group.filter(({ isAnswered }) => !isAnswered)
    for (const call of unanswered) {
      call.attempts += 1
      call.fail(failure)
    }
    const resent = unanswered.filter(({ turn, attempts }) => turn === null && attempts < ATTEMPTS)
    const [first] = resent
    if (first) again(resent, AGAIN_AFTER_MS * first.attempts, waitUntil)
  }

  const answerAll = (group: readonly C[], results: readonly Result[]) => {
    for (const [index, result] of results.entries()) {
      const call = group[index]
      if (!call || call.isAnswered) continue
      call.isAnswered = true
      call.answer(result)
    }
  }

  return {
    add(...calls: readonly C[]) {
      queue.push(...calls.filter(({ isAnswered }) => !isAnswered))
    },
    holds: (call: C) => queue.includes(call),
    isEmpty: () => queue.length === 0,
    isSending: () => sending !== null && now() - sending.sinceMs < ABANDONED_MS,
    /** Resolves with the end of the group under way. */
    ended: () => sending?.end.promise,
    /** Sends what has gathered, and answers how many of it somebody waits for. */
    async sendGroup(waitUntil: WaitUntil, begun: (urgent: number) => void) {
      // Nobody else can tell those who wait for a leader that vanished.
      if (sending) failAll(sending.group, lost(), waitUntil)
      const mine = { group: queue.slice(0, MAX_BATCH), sinceMs: now(), end: Promise.withResolvers<void>() }
      queue = queue.slice(MAX_BATCH)
      sending = mine
      begun(mine.group.filter(({ turn }) => turn !== null).length)
      try {
        answerAll(mine.group, await inTime(send(mine.group.map(({ operation }) => operation))))
      } catch (error) {
        // Whoever took over has failed them already.
        if (sending === mine) failAll(mine.group, AppError.from(error), waitUntil)
      } finally {
        if (sending === mine) sending = null
        mine.end.resolve()
        // Sent: their requests need not stay for it.
        for (const { turn } of mine.group) turn?.resolve()
        queue.find(({ turn }) => turn !== null)?.turn?.resolve()
      }
    },
  }
}

/** When nobody else comes, only a timer of its own tells a leader that the object does not answer. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  const deadline = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => deadline.reject(new AppError('internal', 'The object did not answer in time')),
    ABANDONED_MS,
  )
  try {
    return await Promise.race([answer, deadline.promise])
  } finally {
    clearTimeout(timer)
  }
}

const lost = () => new AppError('internal', 'The call was lost with the request that sent it')
