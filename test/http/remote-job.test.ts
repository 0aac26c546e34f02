import { describe, expect, it } from 'vitest'
import { pause, polled, startJob } from '../../shared/http/remote-job.ts'

/** A job whose creation is decided by hand. */
function work() {
  const creation = Promise.withResolvers<string>()
  const cancelled: string[] = []
  const left = new AbortController()
  const begin = () =>
    startJob({ create: () => creation.promise, cancel: async (job) => void cancelled.push(job) }, left.signal)
  return { creation, cancelled, left, begin }
}
const gone = new Error('the client left')

describe('a job at an origin', () => {
  it('that is left while it is being created is cancelled as soon as its name is known', async () => {
    const { creation, cancelled, left, begin } = work()
    const starting = begin()
    left.abort(gone)
    await expect(starting).rejects.toBe(gone)
    expect(cancelled).toEqual([])
    creation.resolve('job-1')
    await expect.poll(() => cancelled).toEqual(['job-1'])
  })

  it('is cancelled once, however it is left', async () => {
    const { creation, cancelled, left, begin } = work()
    creation.resolve('job-1')
    const { leave } = await begin()
    left.abort(gone)
    await Promise.all([leave(), leave()])
    await expect.poll(() => cancelled).toEqual(['job-1'])
  })

  it('that has ended is not cancelled', async () => {
    const { creation, cancelled, left, begin } = work()
    creation.resolve('job-1')
    const { leave, end } = await begin()
    end()
    left.abort(gone)
    await leave()
    expect(cancelled).toEqual([])
  })

  it('that nobody waits for any more is not begun', async () => {
    const { cancelled, left, begin } = work()
    left.abort(gone)
    await expect(begin()).rejects.toBe(gone)
    expect(cancelled).toEqual([])
  })

  it('that cannot be created says why', async () => {
    const { creation, begin } = work()
    creation.reject(new Error('no credit'))
    await expect(begin()).rejects.toThrow('no credit')
  })
})

describe('polling', () => {
  it('hands out what comes until there is no more', async () => {
    const looks = [['a', 'b'], [], ['c']]
    const heard: string[] = []
    const look = async () => ({ items: looks.shift() ?? [], more: looks.length > 0 })
    for await (const item of polled(look, new AbortController().signal)) heard.push(item)
    expect(heard).toEqual(['a', 'b', 'c'])
  })

  it('ends with the signal, also within a pause', async () => {
    const left = new AbortController()
    setTimeout(() => left.abort(gone), 20)
    await expect(pause(60_000, left.signal)).rejects.toBe(gone)
    await expect(pause(0, left.signal)).rejects.toBe(gone)
  })
})
