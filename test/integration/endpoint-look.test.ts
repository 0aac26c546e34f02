import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, inject, it } from 'vitest'
import { acquire, ended, endpoint, free, lease, settings, sleep } from './leases.ts'

const page = (path = `/${crypto.randomUUID()}`) => {
  const url = `${inject('originUrl')}${path}`
  return {
    url,
    answers: async (
      status: number,
      body = '',
      more: { headers?: Record<string, string>; delayMs?: number } = {},
    ) => {
      const answer = await fetch(url, {
        method: 'PUT',
        body: JSON.stringify({ status, body, headers: {}, ...more }),
      })
      await answer.text()
    },
    asked: async () => Number(await (await fetch(url, { method: 'POST' })).text()),
  }
}

const metrics = (running: number, waiting: number) => `# HELP vllm:num_requests_running x
vllm:num_requests_running{engine="0",model_name="m"} ${running}.0
vllm:num_requests_waiting{engine="0",model_name="m"} ${waiting}.0
vllm:kv_cache_usage_perc{engine="0",model_name="m"} 0.5
`

it('reads load and health of its origin by alarm, and lets other clients take their slots', async () => {
  const stub = endpoint()
  const [health, load] = [page(), page()]
  await health.answers(200, 'ok')
  await load.answers(200, metrics(6, 1))
  await stub.configure(settings({ maxConcurrency: 8, healthUrl: health.url, metricsUrl: load.url }))
  expect(await stub.state()).toMatchObject({ isHealthy: null, scraped: null })
  await acquire(stub, lease('a'))
  await runDurableObjectAlarm(stub)
  await expect
    .poll(() => stub.state())
    .toMatchObject({ isHealthy: true, scraped: { running: 6, waiting: 1, kvCacheUsage: 0.5 } })
  expect(await acquire(stub, lease('b'))).toMatchObject({ granted: true })
  expect(await acquire(stub, lease('c'))).toMatchObject({ reason: 'saturated' })
})

it('shows a failing health address, and serves on while requests are served', async () => {
  const stub = endpoint()
  const health = page()
  await health.answers(302, '', { headers: { location: `${inject('originUrl')}/elsewhere` } })
  await stub.configure(settings({ healthUrl: health.url }))
  await acquire(stub, lease('a'))
  await runDurableObjectAlarm(stub)
  await expect.poll(() => stub.state()).toMatchObject({ isHealthy: true })
  expect(await page('/elsewhere').asked()).toBe(0)
  await health.answers(500)
  await sleep(5_000)
  await free(stub, ended('a'))
  await runDurableObjectAlarm(stub)
  await expect.poll(() => stub.state()).toMatchObject({ isHealthy: false, breaker: 'closed' })
})

it('answers leases while its origin keeps a look waiting, and believes no broken page', async () => {
  const stub = endpoint()
  const load = page()
  await load.answers(200, 'x'.repeat(1_100_000), { delayMs: 600 })
  await stub.configure(settings({ metricsUrl: load.url }))
  await acquire(stub, lease('a'))
  const startedMs = Date.now()
  await runDurableObjectAlarm(stub)
  await free(stub, ended('a'))
  expect(Date.now() - startedMs).toBeLessThan(500)
  await expect.poll(() => load.asked()).toBe(1)
  await sleep(900)
  expect(await stub.state()).toMatchObject({ scraped: null })
})

it('does not look at an origin that nobody uses', async () => {
  const stub = endpoint()
  const health = page()
  await health.answers(200)
  await stub.configure(settings({ healthUrl: health.url }))
  await runDurableObjectAlarm(stub)
  await sleep(50)
  expect(await health.asked()).toBe(0)
})

it('knows its name also when an alarm woke it', async () => {
  const name = crypto.randomUUID()
  const stub = endpoint(name)
  await acquire(stub, lease('a', { expiresInMs: 300 }))
  await evictDurableObject(stub)
  await sleep(350)
  const seen = async () => {
    const { changed } = await env.FLEETS.getByName('north').read(0)
    return changed.find(({ endpointId, inFlight }) => endpointId === `endpoint-${name}` && inFlight === 0)
  }
  await expect.poll(seen, { timeout: 2_000 }).toBeDefined()
  const { changed } = await env.FLEETS.getByName('north').read(0)
  expect(changed.map(({ endpointId }) => endpointId)).not.toContain('')
})

it('tells the fleet of every region what changed, at the latest a quarter of a second later', async () => {
  const name = crypto.randomUUID()
  const stub = endpoint(name)
  for (let i = 0; i < 20; i += 1) {
    await acquire(stub, lease(`r${i}`, { maxConcurrency: 20 }))
    await sleep(5)
  }
  for (const region of ['north', 'south']) {
    const seen = async () => {
      const { changed } = await env.FLEETS.getByName(region).read(0)
      return changed.find(({ endpointId }) => endpointId === `endpoint-${name}`)
    }
    await expect.poll(seen, { interval: 20, timeout: 500 }).toMatchObject({ inFlight: 20, breaker: 'closed' })
  }
})
