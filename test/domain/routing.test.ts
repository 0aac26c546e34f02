import { describe, expect, it } from 'vitest'
import { type EndpointRecord, EXTRACTIVE } from '../../shared/domain/endpoint.ts'
import { type Observed, type RoutingRequest, rankEndpoints } from '../../shared/domain/routing.ts'

const endpoint = (id: string, rest: Partial<EndpointRecord> = {}): EndpointRecord => ({
  ...EXTRACTIVE,
  id,
  kind: 'openai-compatible',
  tier: 'm',
  level: 'gpu_native',
  contextTokens: 8_192,
  maxConcurrency: 16,
  inputNanoUsdPerKTok: 100_000,
  outputNanoUsdPerKTok: 100_000,
  ...rest,
})

const request = (rest: Partial<RoutingRequest> = {}): RoutingRequest => ({
  tier: 'm',
  isTierFixed: false,
  requirements: {},
  estimatedPromptTokens: 100,
  maxPromptTokens: 400,
  maxTokens: 600,
  ...rest,
})

const idle = (): Observed => ({ inFlight: 0, durationMs: null })
const ids = (endpoints: EndpointRecord[], wanted = request(), observe = idle as (id: string) => Observed) =>
  rankEndpoints(wanted, endpoints, observe).ranked.map((candidate) => candidate.endpoint.id)

describe('order', () => {
  it('prefers the wanted tier, then one larger, then one smaller', () => {
    const fleet = [
      endpoint('s', { tier: 's' }),
      endpoint('xl', { tier: 'xl' }),
      endpoint('l', { tier: 'l' }),
      endpoint('m'),
    ]
    expect(ids(fleet)).toEqual(['m', 'l', 's', 'xl'])
  })

  it('takes the cheaper of two equals, and of equally cheap ones the less busy', () => {
    const fleet = [endpoint('dear', { outputNanoUsdPerKTok: 900_000 }), endpoint('busy'), endpoint('free')]
    const observe = (id: string) => ({ inFlight: id === 'busy' ? 3 : 0, durationMs: null })
    expect(ids(fleet, request(), observe)).toEqual(['free', 'busy', 'dear'])
  })

  it('bounds the cost by the longest prompt and the longest answer', () => {
    const [best] = rankEndpoints(request(), [endpoint('a')], idle).ranked
    expect(best?.worstCaseNanoUsd).toBe(100_000) // 1,000 tokens at 100,000 nano-dollars a thousand
  })
})

describe('hard constraints fail closed', () => {
  const refused = (bad: Partial<EndpointRecord>, wanted: Partial<RoutingRequest>, observe = idle) =>
    rankEndpoints(request(wanted), [endpoint('e', bad)], observe)

  it.each([
    ['drained', { drained: true }, {}],
    ['tier', { tier: 'l' }, { isTierFixed: true }],
    ['compliance', { compliance: ['soc2'] }, { requirements: { compliance: ['soc2', 'hipaa'] } }],
    ['residency', { residency: [] }, { requirements: { residency: ['eu'] } }],
    ['level', { level: 'serverless' }, { requirements: { levels: ['on_premises'] } }],
    ['context', { contextTokens: 699 }, {}],
    ['cost', {}, { requirements: { maxCostUsd: 0.000_099 } }],
  ] as const)('%s', (reason, bad, wanted) => {
    expect(refused(bad as Partial<EndpointRecord>, wanted as Partial<RoutingRequest>)).toEqual({
      ranked: [],
      rejected: [{ endpoint: 'e', reason }],
    })
  })

  it('latency, once the endpoint has been seen to be slower', () => {
    const slow = () => ({ inFlight: 0, durationMs: 900 })
    expect(refused({}, { requirements: { maxLatencyMs: 800 } }, slow).rejected).toEqual([
      { endpoint: 'e', reason: 'latency' },
    ])
  })

  it('accepts an endpoint in any one of the places that residency allows', () => {
    const wanted = request({ requirements: { residency: ['eu', 'ch'] } })
    expect(ids([endpoint('zurich', { residency: ['ch'] })], wanted)).toEqual(['zurich'])
  })
})
