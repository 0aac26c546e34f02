import { describe, expect, it } from 'vitest'
import { MAX_ATTEMPTS } from '../../shared/domain/ingest.ts'
import { AppError } from '../../shared/errors.ts'
import type { VectorStore } from '../../shared/ports/vector-store.ts'
import { embeddersWith, ingestWorker, real } from './ingest-worker.ts'

const builtIn = real.embedders.standard
const guide = '# Harbour\n\nThe pilot boards ships two miles off the mole.\n'

/** The real store, in which one call does something else. */
const storeWith = (rest: Partial<VectorStore>): VectorStore => ({ ...real.index, ...rest })
const killed = () => Promise.reject(new Error('the isolate is gone'))

describe('a document on its way in', () => {
  it('is queued, then live, and found with the span that it was cut from', async () => {
    const worker = await ingestWorker()
    const { version, jobId } = await worker.put('harbour.md', guide)
    expect(await worker.status('harbour.md')).toMatchObject({ state: 'queued', version, liveVersion: null })
    expect(await worker.deliver()).toEqual({ acked: 1, retried: 0 })
    expect(await worker.status('harbour.md')).toMatchObject({
      state: 'live',
      liveVersion: 1,
      title: 'Harbour',
      chunks: 1,
    })
    const [hit] = await worker.search('Where does the pilot board?')
    const content = await (await worker.call('GET', `${worker.document('harbour.md')}/content`)).text()
    expect(content.slice(hit?.start, hit?.end)).toBe(hit?.text)
    expect(await worker.answer(200, 'GET', `jobs/${jobId}`)).toMatchObject({
      state: 'done',
      documentState: 'live',
      attempts: 1,
    })
  })

  it('shows every step on its way and no other', async () => {
    const seen: string[] = []
    const worker = await ingestWorker({
      objects: { ...real.objects, get: (key) => note().then(() => real.objects.get(key)) },
      embedders: embeddersWith({ embed: (...texts) => note().then(() => builtIn.embed(...texts)) }),
      index: storeWith({ stage: (...chunks) => note().then(() => real.index.stage(...chunks)) }),
    })
    const note = async () => void seen.push((await worker.status('a.md')).state)
    await worker.put('a.md', guide)
    await worker.deliver()
    expect(seen).toEqual(['parsing', 'embedding', 'indexing'])
  })

  it('is live with no chunks when there is nothing in it', async () => {
    const worker = await ingestWorker()
    await worker.put('empty.txt', '')
    await worker.deliver()
    expect(await worker.status('empty.txt')).toMatchObject({ state: 'live', chunks: 0, title: 'empty.txt' })
    const content = await worker.call('GET', `${worker.document('empty.txt')}/content`)
    expect([content.status, await content.text()]).toEqual([200, ''])
  })

  it('is cut to the size that its collection was made for', async () => {
    const worker = await ingestWorker()
    const long = Array.from({ length: 150 }, (_, i) => `Paragraph ${i} speaks of pilots.`).join('\n\n')
    const chunks: number[] = []
    for (const profile of ['s', 'xl']) {
      await worker.answer(201, 'PUT', `collections/of-${profile}`, { json: { profile } })
      const path = `collections/of-${profile}/documents/long.md`
      await worker.answer(202, 'PUT', path, { json: { text: long } })
      await worker.deliver()
      const { chunks: count } = await worker.answer<{ chunks: number }>(200, 'GET', path)
      chunks.push(count)
    }
    expect(chunks[0]).toBeGreaterThan(chunks[1] ?? Number.POSITIVE_INFINITY)
  })

  it('keeps the chunks that its sender has cut, and cuts only what is several times too large', async () => {
    const worker = await ingestWorker()
    const chunks = ['  a pilot boards\r\n', 'The tug\n\nwaits.', 'A buoy rings. '.repeat(800)]
    await worker.answer(202, 'PUT', worker.document('cut'), { json: { chunks } })
    await worker.deliver()
    const { chunks: count } = await worker.answer<{ chunks: number }>(200, 'GET', worker.document('cut'))
    expect(count).toBeGreaterThan(3)
    const content = await (await worker.call('GET', `${worker.document('cut')}/content`)).text()
    expect(content).toBe(chunks.join('\n\n').replaceAll('\r', ''))
    const [pilot] = await worker.search('pilot')
    expect(pilot).toMatchObject({ start: 0, text: '  a pilot boards\n' })
    const [tug] = await worker.search('tug')
    expect(tug).toMatchObject({ text: 'The tug\n\nwaits.' })
    expect(content.slice(tug?.start, tug?.end)).toBe(tug?.text)
  })

  it('is seen only by whom its access list names', async () => {
    const worker = await ingestWorker()
    await worker.put('secret.md', guide, { acl: ['group:pilots'] })
    await worker.deliver()
    expect(await worker.search('pilot')).toEqual([])
    expect(await worker.search('pilot', ['group:pilots'])).toHaveLength(1)
  })
})

describe('deliveries that repeat, come late or race', () => {
  it('never take a document back from where another has brought it', async () => {
    const worker = await ingestWorker()
    const { jobId } = await worker.put('a.md', guide)
    const seen: string[] = []
    const embedders = embeddersWith({
      // A second delivery overtakes the first in its middle.
      embed: async (...call: Parameters<typeof builtIn.embed>) => {
        await worker.deliver([jobId])
        return builtIn.embed(...call)
      },
    })
    const index = storeWith({
      publish: async (...call) => {
        seen.push((await worker.status('a.md')).state)
        return real.index.publish(...call)
      },
    })
    await worker.deliver([jobId], { embedders, index })
    expect(seen).toEqual(['live'])
    expect(await worker.status('a.md')).toMatchObject({ state: 'live', liveVersion: 1, chunks: 1 })
  })

  it('make one live version, however many they are', async () => {
    const worker = await ingestWorker()
    const { jobId } = await worker.put('a.md', guide)
    await worker.deliver([jobId, jobId])
    await Promise.all([worker.deliver([jobId]), worker.deliver([jobId])])
    expect(await worker.deliver([jobId])).toEqual({ acked: 1, retried: 0 })
    expect(await worker.count()).toEqual({ documents: 1, chunks: 1 })
    expect(await worker.status('a.md')).toMatchObject({ state: 'live', version: 1 })
  })

  it('race from the very beginning without harm', async () => {
    const worker = await ingestWorker()
    const { jobId } = await worker.put('a.md', guide)
    await Promise.all([1, 2, 3].map(() => worker.deliver([jobId])))
    expect(await worker.count()).toEqual({ documents: 1, chunks: 1 })
    expect(await worker.status('a.md')).toMatchObject({ state: 'live', liveVersion: 1 })
  })

  it('replace the version before in one step, and keep its text for its readers', async () => {
    const worker = await ingestWorker()
    await worker.put('a.md', guide)
    await worker.deliver()
    await worker.put('a.md', '# Harbour\n\nThe pilot boards at the mole.\n')
    expect(await worker.status('a.md')).toMatchObject({ state: 'queued', version: 2, liveVersion: 1 })
    expect((await worker.search('pilot')).map(({ version }) => version)).toEqual([1])
    await worker.deliver()
    expect((await worker.search('pilot')).map(({ version }) => version)).toEqual([2])
    const before = await worker.call('GET', `${worker.document('a.md')}/content?version=1`)
    expect(await before.text()).toBe(guide)
  })

  it('leave out a version that a newer one has overtaken, and keep nothing of it', async () => {
    const worker = await ingestWorker()
    const old = await worker.put('a.md', guide)
    const newer = await worker.put('a.md', '# Newer\n\nAnother pilot.\n')
    await worker.deliver([newer.jobId, old.jobId])
    expect(worker.log.map(({ result }) => result)).toEqual(['live', 'superseded'])
    expect((await worker.search('pilot')).map(({ version }) => version)).toEqual([2])
    expect((await worker.objects()).filter((key) => key.includes(old.jobId))).toEqual([])
    expect(await worker.answer(200, 'GET', `jobs/${old.jobId}`)).toMatchObject({
      state: 'done',
      documentState: 'deleted',
    })
  })

  it('never bring back what a delete has buried', async () => {
    const worker = await ingestWorker()
    await worker.put('a.md', guide)
    const index = storeWith({
      // The delete comes while the version is staged, the publication after it.
      publish: async (...call) => {
        await worker.answer(200, 'DELETE', worker.document('a.md'))
        return real.index.publish(...call)
      },
    })
    expect(await worker.deliver(worker.sent.splice(0), { index })).toEqual({ acked: 1, retried: 0 })
    expect(await worker.count()).toEqual({ documents: 0, chunks: 0 })
    expect(await worker.status('a.md')).toMatchObject({ state: 'deleted', version: 2, liveVersion: null })
    expect(await worker.objects()).toEqual([])
  })

  it('bring nothing back either when the publication comes first and the delete is cut short', async () => {
    const worker = await ingestWorker()
    await worker.put('a.md', guide)
    const broken = await ingestWorker({ index: storeWith({ remove: killed }) })
    const index = storeWith({
      publish: async (...call) => {
        const outcome = await real.index.publish(...call)
        await broken.call('DELETE', worker.document('a.md'), { by: { tenantId: worker.tenantId } })
        return outcome
      },
    })
    await worker.deliver(worker.sent.splice(0), { index })
    expect(await worker.status('a.md')).toMatchObject({ state: 'deleted', version: 2, liveVersion: null })
    await worker.maintain('@start')
    await worker.deliver()
    expect(await worker.count()).toEqual({ documents: 0, chunks: 0 })
    expect(await worker.objects()).toEqual([])
  })

  it('leave the newer version live when the older one is finished last', async () => {
    const worker = await ingestWorker()
    const { jobId } = await worker.put('a.md', guide)
    const index = storeWith({
      publish: async (...call) => {
        const outcome = await real.index.publish(...call)
        const newer = await worker.put('a.md', '# Newer\n\nAnother pilot.\n')
        await worker.deliver([newer.jobId])
        return outcome
      },
    })
    await worker.deliver([jobId], { index })
    expect(await worker.status('a.md')).toMatchObject({ state: 'live', version: 2, liveVersion: 2 })
    expect(await worker.answer(200, 'GET', `jobs/${jobId}`)).toMatchObject({ documentState: 'deleted' })
    expect((await worker.search('pilot')).map(({ version }) => version)).toEqual([2])
  })

  it('index a document that comes back after its delete', async () => {
    const worker = await ingestWorker()
    const first = await worker.put('a.md', guide)
    await worker.answer(200, 'DELETE', worker.document('a.md'))
    const again = await worker.put('a.md', guide)
    expect(again.version).toBe(3)
    await worker.deliver([again.jobId, first.jobId])
    expect(await worker.status('a.md')).toMatchObject({ state: 'live', version: 3, liveVersion: 3 })
    expect(await worker.count()).toEqual({ documents: 1, chunks: 1 })
  })

  it('of a deleted collection end without a trace in the one made anew under its name', async () => {
    const worker = await ingestWorker()
    const old = await worker.put('a.md', guide)
    await worker.answer(200, 'DELETE', 'collections/docs')
    await worker.put('b.md', guide)
    expect(await worker.deliver([old.jobId, ...worker.sent.splice(0)])).toMatchObject({ retried: 0 })
    expect((await worker.search('pilot')).map(({ documentId }) => documentId)).toEqual(['b.md'])
  })
})

describe('a kill at any point', () => {
  const points: [string, Partial<VectorStore>][] = [
    ['before staging', { stage: killed }],
    ['between stage and publish', { publish: killed }],
    [
      'after the publication, before the database knows',
      {
        publish: async (...call) => {
          await real.index.publish(...call)
          return killed()
        },
      },
    ],
  ]
  it.each(points)('%s: the next delivery finishes, with nothing doubled', async (_, broken) => {
    const worker = await ingestWorker()
    const { jobId } = await worker.put('a.md', guide)
    await worker.deliver([jobId], { index: storeWith(broken) })
    expect(await worker.status('a.md')).toMatchObject({ state: 'indexing', liveVersion: null })
    await worker.deliver([jobId])
    expect(await worker.status('a.md')).toMatchObject({ state: 'live', liveVersion: 1 })
    expect(await worker.count()).toEqual({ documents: 1, chunks: 1 })
  })

  it('after the publication leaves what readers see to be finished, even when a newer version waits', async () => {
    const worker = await ingestWorker()
    const { jobId } = await worker.put('a.md', guide)
    const published: Partial<VectorStore> = points[2]?.[1] ?? {}
    await worker.deliver([jobId], { index: storeWith(published) })
    const newer = await worker.put('a.md', 'newer', { mediaType: 'text/plain' })
    await worker.deliver([jobId])
    expect(await worker.status('a.md')).toMatchObject({ state: 'queued', version: 2, liveVersion: 1 })
    await worker.deliver([newer.jobId])
    expect(await worker.status('a.md')).toMatchObject({ state: 'live', version: 2, liveVersion: 2 })
  })

  it('in the middle of a delete is made up for by the next delivery of it', async () => {
    const worker = await ingestWorker()
    await worker.put('a.md', guide)
    await worker.deliver()
    const broken = await ingestWorker({ index: storeWith({ remove: killed }) })
    const by = { tenantId: worker.tenantId }
    expect((await broken.call('DELETE', worker.document('a.md'), { by })).status).toBe(500)
    expect(await worker.status('a.md')).toMatchObject({ state: 'deleted', version: 2 })
    expect(await worker.count()).toMatchObject({ documents: 1 })
    await worker.maintain('@start')
    await worker.deliver()
    expect(worker.log).toContainEqual(expect.objectContaining({ event: 'document_job', result: 'removed' }))
    expect(await worker.count()).toEqual({ documents: 0, chunks: 0 })
    expect(await worker.objects()).toEqual([])
  })
})

describe('faults', () => {
  const away = new AppError('upstream_unavailable', 'The embedder is away')

  it('that may pass are tried again, and the document goes live when they have', async () => {
    const worker = await ingestWorker()
    const { jobId } = await worker.put('a.md', guide)
    const embedders = embeddersWith({ embed: () => Promise.reject(away) })
    expect(await worker.deliver([jobId], { embedders })).toEqual({ acked: 0, retried: 1 })
    expect(await worker.answer(200, 'GET', `jobs/${jobId}`)).toMatchObject({ state: 'running', attempts: 1 })
    await worker.deliver([jobId])
    expect(await worker.status('a.md')).toMatchObject({ state: 'live' })
  })

  it('that do not pass end the job after the last attempt, with the reason; the same bytes are tried anew', async () => {
    const worker = await ingestWorker()
    const { jobId } = await worker.put('a.md', guide)
    const embedders = embeddersWith({ embed: () => Promise.reject(away) })
    const ends = []
    for (let i = 0; i < MAX_ATTEMPTS; i += 1) ends.push(await worker.deliver([jobId], { embedders }))
    expect(ends.map(({ retried }) => retried)).toEqual([...Array(MAX_ATTEMPTS - 1).fill(1), 0])
    expect(await worker.status('a.md')).toMatchObject({
      state: 'failed',
      error: { code: 'upstream_unavailable', message: 'The embedder is away' },
    })
    expect(await worker.put('a.md', guide)).toMatchObject({ version: 2 })
    await worker.deliver()
    const { error, ...status } = await worker.status('a.md')
    expect([status.state, error]).toEqual(['live', undefined])
  })

  it('of the document itself end the job at once, and leave its neighbours alone', async () => {
    const worker = await ingestWorker()
    await worker.put('good.md', guide)
    const bad = { base64: btoa('caf\xe9'), mediaType: 'text/plain' }
    await worker.answer(202, 'PUT', worker.document('bad.txt'), { json: bad })
    expect(await worker.deliver()).toEqual({ acked: 2, retried: 0 })
    expect(await worker.status('good.md')).toMatchObject({ state: 'live' })
    const { state, error } = await worker.status('bad.txt')
    expect([state, error?.code]).toEqual(['failed', 'invalid_request'])
    expect(error?.message).toContain('UTF-8')
  })

  it('keep the version before in place', async () => {
    const worker = await ingestWorker()
    await worker.put('a.txt', guide)
    await worker.deliver()
    await worker.answer(202, 'PUT', worker.document('a.txt'), { json: { base64: btoa('\xff') } })
    await worker.deliver()
    expect(await worker.status('a.txt')).toMatchObject({ state: 'failed', version: 2, liveVersion: 1 })
    expect((await worker.search('pilot')).map(({ version }) => version)).toEqual([1])
    const content = await worker.call('GET', `${worker.document('a.txt')}/content`)
    expect(await content.text()).toBe(guide)
  })

  it('that take the isolate down every time are given up', async () => {
    const worker = await ingestWorker()
    const { jobId } = await worker.put('a.md', guide)
    // What a start costs is counted before anything can go wrong.
    const objects = { ...real.objects, get: () => new Promise<never>(() => {}) }
    for (let i = 0; i < MAX_ATTEMPTS; i += 1) void worker.deliver([jobId], { objects })
    await expect
      .poll(async () => (await worker.answer<{ attempts: number }>(200, 'GET', `jobs/${jobId}`)).attempts)
      .toBe(MAX_ATTEMPTS)
    expect(await worker.deliver([jobId])).toEqual({ acked: 1, retried: 0 })
    expect(await worker.status('a.md')).toMatchObject({ state: 'failed', error: { code: 'internal' } })
  })

  it('of a message that is none of ours do not stop the others', async () => {
    const worker = await ingestWorker()
    const { jobId } = await worker.put('a.md', guide)
    expect(await worker.deliver(['job_unknown', jobId])).toEqual({ acked: 2, retried: 0 })
    expect(await worker.status('a.md')).toMatchObject({ state: 'live' })
  })
})
