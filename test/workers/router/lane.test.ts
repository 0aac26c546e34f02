import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { lane } from '../../../workers/router/lane.ts'

/** An object that answers only when told to, and shows which groups it was sent. */
function slowObject() {
  const groups: number[][] = []
  const pending: (() => void)[] = []
  const send = (operations: number[]) => {
    groups.push(operations)
    return new Promise<number[]>((resolve) => pending.push(() => resolve(operations.map((n) => n * 10))))
  }
  const settled: Promise<unknown>[] = []
  const waitUntil = (work: Promise<unknown>) => void settled.push(work)
  const answerNext = async () => {
    pending.shift()?.()
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  return { groups, send, waitUntil, answerNext, settled }
}

afterEach(() => void vi.useRealTimers())

const tick = () => new Promise((resolve) => setTimeout(resolve, 1))

describe('a lane to an object', () => {
  it('sends the first call at once and gathers the rest until it returns', async () => {
    const object = slowObject()
    const { now } = lane(object.send, Date.now)
    const answers = [now(1, object.waitUntil)]
    await tick()
    answers.push(now(2, object.waitUntil), now(3, object.waitUntil))
    await tick()
    expect(object.groups).toEqual([[1]])
    await object.answerNext()
    expect(object.groups).toEqual([[1], [2, 3]])
    await object.answerNext()
    expect(await Promise.all(answers)).toEqual([10, 20, 30])
  })

  it('gives company 2 ms to form once two urgent calls went together, and none while calls come alone', async () => {
    const object = slowObject()
    const { now } = lane(object.send, Date.now)
    void now(1, object.waitUntil)
    await tick()
    void now(2, object.waitUntil)
    void now(3, object.waitUntil)
    await object.answerNext()
    await object.answerNext()
    expect(object.groups).toEqual([[1], [2, 3]])
    void now(4, object.waitUntil)
    await Promise.resolve()
    void now(5, object.waitUntil)
    await vi.waitFor(() => expect(object.groups).toEqual([[1], [2, 3], [4, 5]]))
    await object.answerNext()
    await new Promise((resolve) => setTimeout(resolve, 25))
    void now(6, object.waitUntil)
    await Promise.resolve()
    await Promise.resolve()
    expect(object.groups.at(-1)).toEqual([6])
  })

  it('lets a call that nobody waits for travel with the next one, in order', async () => {
    const object = slowObject()
    const { now, post } = lane(object.send, Date.now)
    const answered = vi.fn()
    post(1, object.waitUntil, { answered })
    const second = now(2, object.waitUntil)
    await tick()
    expect(object.groups).toEqual([[1, 2]])
    await object.answerNext()
    expect(await second).toBe(20)
    expect(answered).toHaveBeenCalledWith(10)
  })

  it('sends such a call alone when nothing else comes', async () => {
    const object = slowObject()
    const answered = vi.fn()
    lane(object.send, Date.now).post(1, object.waitUntil, { answered })
    await vi.waitFor(() => expect(object.groups).toEqual([[1]]))
    await object.answerNext()
    expect(answered).toHaveBeenCalledWith(10)
  })

  it('sends what nobody waits for with the timers of two requests, however many post it', async () => {
    const object = slowObject()
    const { post } = lane(object.send, Date.now)
    for (let n = 0; n < 200; n += 1) post(n, object.waitUntil)
    expect(object.settled.length).toBe(2)
    await vi.waitFor(() => expect(object.groups.length).toBe(1))
    await object.answerNext()
    await vi.waitFor(() => expect(object.groups.flat().length).toBe(200))
    await object.answerNext()
    await Promise.all(object.settled)
  })

  it('carries what comes after its own calls were sent with an urgent one', async () => {
    const object = slowObject()
    const { now, post } = lane(object.send, Date.now)
    post(1, object.waitUntil)
    post(2, object.waitUntil)
    void now(3, object.waitUntil)
    await tick()
    await object.answerNext()
    post(4, object.waitUntil)
    expect(object.settled.length).toBe(3)
    await vi.waitFor(() => expect(object.groups).toEqual([[1, 2, 3], [4]]))
  })

  it('sends what nobody waits for three times before it gives up, and says so each time', async () => {
    vi.useFakeTimers()
    const send = vi.fn(() => Promise.reject<number[]>(new Error('the object was reset')))
    const failed = vi.fn()
    lane(send, Date.now).post(1, () => undefined, { failed })
    await vi.advanceTimersByTimeAsync(2_000)
    expect(send).toHaveBeenCalledTimes(3)
    expect(failed.mock.calls.map(([, attempt, isLast]) => [attempt, isLast])).toEqual([
      [1, false],
      [2, false],
      [3, true],
    ])
  })

  it('tells every member of a group that failed, and goes on with the next group', async () => {
    const send = vi.fn<(n: number[]) => Promise<number[]>>()
    send.mockRejectedValueOnce(new Error('the object was reset')).mockResolvedValue([20])
    const { now } = lane(send, Date.now)
    const waitUntil = () => undefined
    await expect(now(1, waitUntil)).rejects.toMatchObject({ name: 'AppError', code: 'internal' })
    expect(await now(2, waitUntil)).toBe(20)
  })

  it('is taken over when the request that was sending vanished, whose company is told', async () => {
    let nowMs = 0
    const object = slowObject()
    const { now } = lane(object.send, () => nowMs)
    const lost = now(1, object.waitUntil)
    await tick()
    nowMs = 10_001
    void now(2, object.waitUntil)
    await expect(lost).rejects.toMatchObject({ code: 'internal' })
    expect(object.groups).toEqual([[1], [2]])
  })

  it('raises nothing in the isolate when a call fails whose request is gone', async () => {
    vi.useFakeTimers()
    const raised = vi.fn()
    process.on('unhandledRejection', raised)
    onTestFinished(() => void process.off('unhandledRejection', raised))
    void lane<number, number>(() => new Promise(() => undefined), Date.now).now(1, () => undefined)
    await vi.advanceTimersByTimeAsync(10_000)
    vi.useRealTimers()
    await new Promise((resolve) => setTimeout(resolve, 10))
    expect(raised).not.toHaveBeenCalled()
  })

  it('fails the call of one who waits alone when the object never answers', async () => {
    vi.useFakeTimers()
    const send = vi.fn<(n: number[]) => Promise<number[]>>(() => Promise.resolve([20]))
    send.mockReturnValueOnce(new Promise(() => undefined))
    const { now } = lane(send, Date.now)
    const failure = now(1, () => undefined).catch((error: unknown) => error)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await failure).toMatchObject({ name: 'AppError', code: 'internal' })
    expect(await now(2, () => undefined)).toBe(20)
    expect(send.mock.calls).toEqual([[[1]], [[2]]])
    // The deadline of the second call ends with it.
    expect(vi.getTimerCount()).toBe(0)
  })

  it('sends again once what nobody waits for, when another took over just before its deadline', async () => {
    vi.useFakeTimers()
    let startedMs = Date.now()
    const send = vi.fn(async (operations: number[]) => operations)
    send.mockReturnValueOnce(new Promise(() => undefined))
    const failed = vi.fn()
    const { now, post } = lane(send, () => Date.now() - startedMs)
    post(1, () => undefined, { failed })
    now(2, () => undefined).catch(() => undefined)
    await vi.advanceTimersByTimeAsync(9_999)
    startedMs -= 1
    await now(3, () => undefined)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(failed).toHaveBeenCalledTimes(1)
    expect(send.mock.calls.flat(2)).toEqual([1, 2, 3, 1])
  })

  it('answers a call once, also when one that was given up as lost comes back', async () => {
    let nowMs = 0
    const object = slowObject()
    const { now, post } = lane(object.send, () => nowMs)
    const answered = vi.fn()
    post(1, object.waitUntil, { answered })
    const lost = now(2, object.waitUntil).catch(() => undefined)
    await tick()
    expect(object.groups).toEqual([[1, 2]])
    nowMs = 10_001
    const third = now(3, object.waitUntil)
    await lost
    // The first call comes back after all; what it was asked has been put back into the queue meanwhile.
    await object.answerNext()
    expect(answered).toHaveBeenCalledTimes(1)
    await object.answerNext()
    await third
    await new Promise((resolve) => setTimeout(resolve, 300))
    await object.answerNext()
    expect(answered).toHaveBeenCalledTimes(1)
  })

  it('lets no carrier stay for ever, and never more than two poll, however long a call takes', async () => {
    vi.useFakeTimers()
    const behind = new Set<Promise<unknown>>()
    const waitUntil = (work: Promise<unknown>) => {
      behind.add(work)
      void work.finally(() => behind.delete(work))
    }
    const send = async (operations: number[]) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return operations
    }
    const { post } = lane(send, Date.now)
    const longest = new Map<Promise<unknown>, number>()
    for (let ms = 0; ms < 30_000; ms += 5) {
      post(ms, waitUntil)
      for (const work of behind) longest.set(work, (longest.get(work) ?? 0) + 5)
      expect(behind.size).toBeLessThanOrEqual(3)
      await vi.advanceTimersByTimeAsync(5)
    }
    expect(Math.max(...longest.values())).toBeLessThan(7_000)
  })

  it('answers every call of a crowd larger than one group', async () => {
    const crowd = Array.from({ length: 300 }, (_, n) => n)
    const { now } = lane(async (operations: number[]) => operations, Date.now)
    expect(await Promise.all(crowd.map((n) => now(n, () => undefined)))).toEqual(crowd)
  })

  it('keeps no request waiting once its calls are answered', async () => {
    const object = slowObject()
    const { now, post } = lane(object.send, Date.now)
    const answers = [now(1, object.waitUntil)]
    await tick()
    answers.push(now(2, object.waitUntil), now(3, object.waitUntil))
    post(4, object.waitUntil)
    await object.answerNext()
    await object.answerNext()
    expect(object.groups).toEqual([[1], [2, 3, 4]])
    await Promise.all(answers)
    await Promise.all(object.settled)
  })
})
