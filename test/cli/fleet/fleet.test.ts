import { describe, expect, it, onTestFinished } from 'vitest'
import { CATALOGUE } from '../../../cli/fleet/catalogue.ts'
import { startFleet } from '../../../cli/fleet/fleet.ts'
import { deploymentOf } from '../../../cli/fleet/registration.ts'
import { endpointRequest } from '../../../shared/api/endpoint-request.ts'
import { planMemory } from '../../../shared/domain/matrix/model/memory.ts'
import { stepMs } from '../../../shared/domain/matrix/model/performance.ts'
import { regionCoordinates } from '../../../shared/domain/routing/regions.ts'
import { LEVELS, TIERS } from '../../../shared/domain/tiers.ts'

const BODY = { stream: true, messages: [{ role: 'user', content: 'Why is the sky blue?' }] }

describe('the catalogue', () => {
  it('has 24 endpoints with ids of their own, some at every level of every tier, over many providers', () => {
    expect(new Set(CATALOGUE.map(({ id }) => id)).size).toBe(24)
    const cells = new Set(CATALOGUE.map(({ tier, level }) => `${tier} ${level}`))
    expect(cells.size).toBe(TIERS.length * LEVELS.length)
    expect(new Set(CATALOGUE.map(({ provider }) => provider)).size).toBe(13)
  })

  it.each(CATALOGUE.map((endpoint) => [endpoint.id, endpoint] as const))(
    '%s fits into its memory with room for 16 requests of 2,048 tokens',
    (_, endpoint) => {
      expect(planMemory(deploymentOf(endpoint)).kvCapacityTokens).toBeGreaterThan(16 * 2_048)
    },
  )

  it('stands where the router knows the place, but for a provider that names none', () => {
    const unknown = CATALOGUE.filter(({ provider, region }) => !regionCoordinates(provider, region))
    expect(unknown.map(({ provider }) => provider)).toEqual(['replicate'])
  })
})

describe('a started fleet', () => {
  it('answers at the addresses that it is registered with, as the API takes it', async () => {
    const fleet = await startFleet({ timeScale: 20 })
    onTestFinished(fleet.stop)
    expect(fleet.members).toHaveLength(24)
    for (const { id, request } of fleet.members) {
      const { model, url, healthUrl, metricsUrl } = endpointRequest.parse(request)
      const models = await (await fetch(`${url}/models`)).json()
      expect({ id, models }).toMatchObject({ id, models: { data: [{ id: model }] } })
      expect((await fetch(healthUrl ?? '')).status).toBe(200)
      expect(await (await fetch(metricsUrl ?? '')).text()).toContain(`model_name="${model}"`)
    }
  })

  it('starts only what was asked for, and gives the same answer everywhere', async () => {
    const only = ['m-h100-together-us-central-1', 'l-h100-nyc']
    const fleet = await startFleet({ timeScale: 50, only })
    onTestFinished(fleet.stop)
    expect(fleet.members.map(({ id }) => id)).toEqual(only)
    const answers = await Promise.all(
      fleet.members.map(async ({ origin }) => {
        const body = JSON.stringify({ ...BODY, model: origin.model })
        const text = await (await fetch(`${origin.url}/chat/completions`, { method: 'POST', body })).text()
        return [...text.matchAll(/"content":"([^"]*)"/g)].map(([, word]) => word).join('')
      }),
    )
    expect(answers[0]).toMatch(/^This is a simulated answer/)
    expect(answers[0]).toBe(answers[1])
  })

  it('is as fast as its hardware, and as many times faster as it is told', async () => {
    const only = ['m-a100-coreweave-us-east-04']
    const coreweave = CATALOGUE.find(({ id }) => only.includes(id))
    if (!coreweave) throw new Error(`the catalogue has no ${only[0]}`)
    const tookMs = async (timeScale: number) => {
      const fleet = await startFleet({ timeScale, only })
      onTestFinished(fleet.stop)
      const [member] = fleet.members
      const body = JSON.stringify({ ...BODY, model: member?.origin.model, max_tokens: 40 })
      const startMs = performance.now()
      await (await fetch(`${member?.origin.url}/chat/completions`, { method: 'POST', body })).text()
      return performance.now() - startMs
    }
    // 55 ms for the server, 11 ms for each of 40 tokens of Llama-3.1-8B on an A100; jitter takes at most a twentieth.
    const expectedMs = 55 + 40 * stepMs(deploymentOf(coreweave), 1, 64)
    const [real, fast] = [await tookMs(1), await tookMs(10)]
    expect(real).toBeGreaterThan(0.95 * expectedMs)
    expect(real).toBeLessThan(2.3 * expectedMs)
    expect(fast).toBeLessThan(real / 2)
  })

  it('lets the first request after a rest wait for a model that is loaded on demand', async () => {
    const fleet = await startFleet({ timeScale: 40, only: ['s-rtx4090-runpod-eu-ro-1'] })
    onTestFinished(fleet.stop)
    const [member] = fleet.members
    const body = JSON.stringify({ ...BODY, model: member?.origin.model, max_tokens: 2 })
    const tookMs = async () => {
      const startMs = performance.now()
      await (await fetch(`${member?.origin.url}/chat/completions`, { method: 'POST', body })).text()
      return performance.now() - startMs
    }
    expect(member?.request.coldStartMs).toBe(200)
    expect(await tookMs()).toBeGreaterThan(199)
    expect(await tookMs()).toBeLessThan(150)
  })
})
