import { once } from 'node:events'
import { expect, it } from 'vitest'
import { queryRoute } from '../../shared/api/ask.ts'
import { listEndpointsRoute } from '../../shared/api/endpoints.ts'
import { putLive } from './platform.ts'
import { stateFolder, type Up, up } from './up.ts'

const COLLECTION = 'notes'
const ANSWER = 'Everyone has 30 days of leave a year. [1]'

const listed = async ({ operator }: Up) => (await operator.call(listEndpointsRoute, { query: {} })).data

/** A streamed question: what was said, and how it was routed. */
async function ask({ client }: Up) {
  const events = client.stream(queryRoute, {
    body: {
      question: 'How many days of leave does everyone have?',
      collection: COLLECTION,
      requirements: { tier: 'm' },
      stream: true,
    },
  })
  let text = ''
  let done: Record<string, unknown> = {}
  for await (const { event, data } of events) {
    const fields = data as Record<string, unknown>
    if (event === 'text') text += fields['delta']
    if (event === 'done') done = fields
  }
  const { endpoint, attempts } = done['route'] as {
    endpoint: string
    attempts: readonly { endpoint: string }[]
  }
  return { text, degraded: done['degraded'], endpoint, attempts }
}

it('a simulated fleet answers, survives the loss of an origin, and is forgotten by a start without it', async () => {
  const stateDir = await stateFolder()
  const started = await up(stateDir, '--fleet', 'simulated', '--fleet-speed', '20')
  expect(started.said()).toContain('24 simulated endpoints, 20 times as fast')
  const endpoints = await listed(started)
  expect(endpoints).toHaveLength(24)
  await putLive(started.client, COLLECTION, 'leave.md', { text: 'Everyone has 30 days of leave a year.' })

  const first = await ask(started)
  expect(first).toMatchObject({ text: ANSWER, degraded: false })
  const beside = await started.client.call(queryRoute, {
    body: {
      question: 'How many days of leave does everyone have?',
      collection: COLLECTION,
      retrieval: { rewrite: ['multi_query'] },
      verification: { judge: true },
    },
  })
  expect(beside).toMatchObject({
    claims: [{ judged: 'supported' }],
    judge: { failure: null },
    rewriting: { failure: null, queries: expect.arrayContaining(['many days leave everyone']) },
  })
  const chosen = endpoints.find(({ id }) => id === first.endpoint)
  expect(chosen).toMatchObject({ tier: 'm' })
  const broken = await fetch(new URL('/faults', chosen?.url), {
    method: 'POST',
    body: JSON.stringify({ kind: 'outage', forMs: 60_000 }),
  })
  expect(broken.status).toBe(200)
  const second = await ask(started)
  expect(second).toMatchObject({ text: ANSWER, degraded: false })
  expect(second.endpoint).not.toBe(first.endpoint)

  started.child.kill('SIGINT')
  await once(started.child, 'exit')
  await expect(fetch(chosen?.url ?? '')).rejects.toThrow('fetch failed')
  const again = await up(stateDir, '--fleet', 'simulated')
  const replaced = await listed(again)
  expect(replaced.map(({ id }) => id)).toEqual(endpoints.map(({ id }) => id))
  expect(replaced.map(({ url }) => url)).not.toEqual(endpoints.map(({ url }) => url))
  again.child.kill('SIGKILL')
  await once(again.child, 'exit')
  expect(await listed(await up(stateDir))).toEqual([])
}, 120_000)
