import { describe, expect, it } from 'vitest'
import { findVersion } from '../../shared/db/documents.ts'
import { AppError } from '../../shared/errors.ts'
import { ingestWorker, real } from './ingest-worker.ts'

const MINUTE_MS = 60_000
const WEEK_MS = 7 * 24 * 60 * MINUTE_MS

/** A worker whose clock the test moves. */
async function clockedWorker() {
  const clock = { ms: Date.now() }
  const worker = await ingestWorker({ now: () => clock.ms })
  const later = (ms: number) => {
    clock.ms += ms
  }
  return { ...worker, later }
}

describe('jobs whose message was lost', () => {
  it('are sent again once nobody has touched them for a minute, and not again at once', async () => {
    const worker = await clockedWorker()
    const { jobId } = await worker.put('a.md', 'text')
    worker.sent.length = 0
    await worker.maintain()
    expect(worker.sent).not.toContain(jobId)
    worker.later(2 * MINUTE_MS)
    await worker.maintain()
    await worker.maintain()
    expect(worker.sent.filter((id) => id === jobId)).toHaveLength(1)
    await worker.deliver([jobId])
    expect(await worker.status('a.md')).toMatchObject({ state: 'live' })
  })

  it('are sent once by cron runs that race', async () => {
    const worker = await clockedWorker()
    const { jobId } = await worker.put('a.md', 'text')
    worker.sent.length = 0
    worker.later(2 * MINUTE_MS)
    await Promise.all([1, 2, 3].map(() => worker.maintain()))
    expect(worker.sent.filter((id) => id === jobId)).toHaveLength(1)
  })

  it('are all sent again when the platform starts, however young', async () => {
    const worker = await clockedWorker()
    const { jobId } = await worker.put('a.md', 'text')
    worker.sent.length = 0
    await worker.maintain('@start')
    expect(worker.sent).toContain(jobId)
  })

  it('are not sent when they have ended', async () => {
    const worker = await clockedWorker()
    await worker.put('a.md', 'text')
    await worker.answer(202, 'PUT', worker.document('bad'), {
      json: { base64: btoa('\xff'), mediaType: 'text/plain' },
    })
    const jobIds = worker.sent.splice(0)
    await worker.deliver(jobIds)
    worker.later(10 * MINUTE_MS)
    await worker.maintain('@start')
    expect(worker.sent.filter((id) => jobIds.includes(id))).toEqual([])
  })
})

describe('what is no longer needed', () => {
  it('is forgotten after a week: the job, and the version that it replaced with its bytes', async () => {
    const worker = await clockedWorker()
    const first = await worker.put('a.md', 'old')
    await worker.deliver()
    worker.later(WEEK_MS / 2)
    const second = await worker.put('a.md', 'new')
    await worker.deliver()
    const old = async () => (await worker.call('GET', `${worker.document('a.md')}/content?version=1`)).status

    worker.later(WEEK_MS / 2 + MINUTE_MS)
    await worker.maintain()
    await worker.answer(404, 'GET', `jobs/${first.jobId}`)
    expect(await old()).toBe(200)

    worker.later(WEEK_MS / 2)
    await worker.maintain()
    await worker.answer(404, 'GET', `jobs/${second.jobId}`)
    expect(await old()).toBe(404)
    const ref = { tenantId: worker.tenantId, collection: 'docs', documentId: 'a.md' }
    expect(await findVersion(worker.deps.db, ref, 1, null)).toBeUndefined()
    expect((await worker.objects()).every((key) => key.includes(second.jobId))).toBe(true)
    expect(await worker.status('a.md')).toMatchObject({ state: 'live', version: 2, liveVersion: 2 })
    const content = await worker.call('GET', `${worker.document('a.md')}/content`)
    expect(await content.text()).toBe('new')
  })

  it('is not what a failed version would have replaced', async () => {
    const worker = await clockedWorker()
    await worker.put('a.txt', 'good')
    await worker.deliver()
    await worker.answer(202, 'PUT', worker.document('a.txt'), { json: { base64: btoa('\xff') } })
    await worker.deliver()
    worker.later(2 * WEEK_MS)
    await worker.maintain()
    expect(await worker.status('a.txt')).toMatchObject({ state: 'failed', version: 2, liveVersion: 1 })
    const content = await worker.call('GET', `${worker.document('a.txt')}/content`)
    expect(await content.text()).toBe('good')
  })

  it('never takes the number of a deleted document with it', async () => {
    const worker = await clockedWorker()
    await worker.put('a.md', 'text')
    await worker.deliver()
    await worker.answer(200, 'DELETE', worker.document('a.md'))
    worker.later(2 * WEEK_MS)
    await worker.maintain()
    expect(await worker.put('a.md', 'text')).toMatchObject({ version: 3 })
    await worker.deliver()
    expect(await worker.status('a.md')).toMatchObject({ state: 'live' })
  })
})

describe('a deleted collection', () => {
  it('whose clearing failed is cleared by the cron', async () => {
    const worker = await clockedWorker()
    await worker.put('a.md', 'text')
    await worker.deliver()
    const namespace = await worker.namespace()
    const away = () => Promise.reject(new AppError('upstream_unavailable', 'The index is away'))
    const broken = await ingestWorker({ index: { ...real.index, drop: away } })
    const by = { tenantId: worker.tenantId }
    expect((await broken.call('DELETE', 'collections/docs', { by })).status).toBe(503)
    await worker.answer(404, 'GET', 'collections/docs')
    expect(await real.index.count(namespace)).toMatchObject({ documents: 1 })
    await worker.maintain()
    expect(await real.index.count(namespace)).toEqual({ documents: 0, chunks: 0 })
    expect(await worker.objects()).toEqual([])
  })

  it('is cleared again as long as a delivery may still write into it', async () => {
    const worker = await clockedWorker()
    await worker.put('a.md', 'text')
    const namespace = await worker.namespace()
    const index = {
      ...real.index,
      // The collection goes, and is cleared, while one of its documents is on its way into the index.
      stage: async (...call: Parameters<typeof real.index.stage>) => {
        await worker.answer(200, 'DELETE', 'collections/docs')
        await worker.maintain()
        await real.index.stage(...call)
      },
    }
    await worker.deliver(worker.sent.splice(0), { index })
    await worker.maintain()
    expect(await real.index.count(namespace)).toEqual({ documents: 0, chunks: 0 })
    expect(await worker.objects()).toEqual([])
    worker.later(30 * MINUTE_MS)
    await worker.maintain()
    await worker.maintain()
    expect(worker.log.at(-1)).toMatchObject({ event: 'ingest_maintained', cleared: 0 })
  })
})
