import { describe, expect, it, vi } from 'vitest'
import { getEndpointRoute } from '../../shared/api/endpoints.ts'
import { getBudgetsRoute, putBudgetRoute, usageRoute } from '../../shared/api/money.ts'
import {
  becomesIdle,
  ledgerLines,
  newEndpoint,
  newKey,
  newTenant,
  operator,
  PATIENCE,
  putLive,
  send,
} from './platform.ts'

const CALLS = 200
const AFFORDABLE = 50
/** Output of tier S, which the origin always uses up: every call costs exactly its worst case. */
const OUTPUT_TOKENS = 512
const COST_NANO_USD = OUTPUT_TOKENS * 2_000

describe('200 questions at once against a budget for 50', () => {
  it('serves exactly 50, never passes the limit, frees every slot, and the ledger adds up', async () => {
    const caller = await newTenant()
    await putLive(caller, 'notes', 'leave.md', { text: 'Everyone has 30 days of leave a year.' })
    const { id, place, origin } = await newEndpoint({
      answerTokenCount: OUTPUT_TOKENS,
      tokenDelayMs: 1,
      endpoint: { price: { inputUsdPerMTok: 0, outputUsdPerMTok: 2 }, maxConcurrency: CALLS },
    })
    const limitUsd = (AFFORDABLE * COST_NANO_USD) / 1e9
    await operator.call(putBudgetRoute, { body: { tenantId: caller.tenantId, period: 'total', limitUsd } })
    const spent = async () => {
      const { data } = await caller.call(getBudgetsRoute, { query: {} })
      return data.find(({ period, keyId }) => period === 'total' && keyId === null)
    }

    const over = new AbortController()
    const watched: number[] = []
    const watch = async () => {
      while (!over.signal.aborted) {
        const { postedNanoUsd = 0, pendingNanoUsd = 0 } = (await spent()) ?? {}
        watched.push(postedNanoUsd + pendingNanoUsd)
      }
    }
    const question = {
      question: 'How many days of leave does everyone have?',
      collection: 'notes',
      requirements: { tier: 's', residency: [place] },
    }
    const watching = watch()
    const answers = await Promise.all(
      Array.from({ length: CALLS }, () => send(caller, 'POST', '/v1/query', question)),
    )
    over.abort()
    await watching

    const served = answers.filter(({ status }) => status === 200)
    const refused = answers.filter(({ status }) => status === 402)
    expect({ served: served.length, refused: refused.length }).toEqual({
      served: AFFORDABLE,
      refused: CALLS - AFFORDABLE,
    })
    expect(refused.at(0)?.body).toMatchObject({ error: { code: 'budget_exhausted' } })
    expect(origin.requests.length).toBe(AFFORDABLE)
    expect(watched.length).toBeGreaterThan(3)
    expect(Math.max(...watched)).toBeLessThanOrEqual(AFFORDABLE * COST_NANO_USD)

    await becomesIdle(id)
    const { live } = await operator.call(getEndpointRoute, { params: { id } })
    expect(live).toMatchObject({ served: AFFORDABLE })
    await vi.waitFor(async () => {
      expect(await spent()).toMatchObject({ postedNanoUsd: AFFORDABLE * COST_NANO_USD, pendingNanoUsd: 0 })
      const usage = await caller.call(usageRoute, { query: { groupBy: 'endpoint' } })
      const sum = { requests: AFFORDABLE, costNanoUsd: AFFORDABLE * COST_NANO_USD }
      expect(usage.total).toMatchObject({ ...sum, completionTokens: AFFORDABLE * OUTPUT_TOKENS })
      expect(usage.data).toMatchObject([{ endpoint: id, ...sum }])
    }, PATIENCE)
    expect(new Set(ledgerLines(caller.tenantId).map(({ id }) => id)).size).toBe(AFFORDABLE)
  })

  it('holds a limit of one key against that key alone', async () => {
    const caller = await newTenant()
    const other = await newKey(caller.tenantId, { scopes: ['query'] })
    await putLive(caller, 'notes', 'leave.md', { text: 'Everyone has 30 days of leave a year.' })
    const { place } = await newEndpoint()
    const { tenantId, keyId } = caller
    await operator.call(putBudgetRoute, { body: { tenantId, keyId, period: 'day', limitUsd: 0 } })
    const body = { question: 'How much leave?', collection: 'notes', requirements: { residency: [place] } }
    expect(await send(caller, 'POST', '/v1/query', body)).toMatchObject({
      status: 402,
      body: { error: { code: 'budget_exhausted', details: { keyId, period: 'day' } } },
    })
    expect(await send(other, 'POST', '/v1/query', body)).toMatchObject({ status: 200 })
  })

  it('shows which shares of a limit have been reached, once they were really spent', async () => {
    const caller = await newTenant()
    await putLive(caller, 'notes', 'leave.md', { text: 'Everyone has 30 days of leave a year.' })
    const price = { inputUsdPerMTok: 0, outputUsdPerMTok: 2 }
    const { place } = await newEndpoint({ answerTokenCount: OUTPUT_TOKENS, endpoint: { price } })
    const { tenantId } = caller
    const limitUsd = (2 * COST_NANO_USD) / 1e9
    const alertShares = [0.5, 0.9]
    await operator.call(putBudgetRoute, { body: { tenantId, period: 'month', limitUsd, alertShares } })
    const body = {
      question: 'How much leave?',
      collection: 'notes',
      requirements: { tier: 's', residency: [place] },
    }
    expect(await send(caller, 'POST', '/v1/query', body)).toMatchObject({ status: 200 })
    await vi.waitFor(async () => {
      const { data } = await caller.call(getBudgetsRoute, { query: {} })
      const month = data.find(({ period }) => period === 'month')
      expect(month).toMatchObject({ alertShares, postedNanoUsd: COST_NANO_USD, alerts: [{ share: 0.5 }] })
    }, PATIENCE)
  })
})
