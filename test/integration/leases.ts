import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import type { LeaseRelease, LeaseRequest } from '../../shared/domain/lease.ts'
import type { EndpointOperation, EndpointSettings } from '../../shared/ports/objects.ts'
import type { Endpoint } from '../../workers/router/objects/endpoint.ts'

type Stub = DurableObjectStub<Endpoint>

export const endpoint = (name: string = crypto.randomUUID()) => env.ENDPOINTS.getByName(`endpoint-${name}`)

export const lease = (requestId: string, overrides: Partial<LeaseRequest> = {}): LeaseRequest => ({
  requestId,
  tenantId: 'acme',
  priority: 'production-standard',
  maxConcurrency: 2,
  tokens: 10,
  expiresInMs: 60_000,
  maxWaitMs: 0,
  ...overrides,
})

export const ended = (requestId: string, overrides: Partial<LeaseRelease> = {}): LeaseRelease => ({
  requestId,
  epoch: null,
  outcome: 'served',
  durationMs: 100,
  timeToFirstTokenMs: 20,
  outputTokens: 41,
  retryAfterMs: null,
  ...overrides,
})

export const settings = (overrides: Partial<EndpointSettings> = {}): EndpointSettings => ({
  maxConcurrency: 2,
  healthUrl: null,
  metricsUrl: null,
  drained: false,
  ...overrides,
})

export const one = async (stub: Stub, operation: EndpointOperation) => {
  const [decision] = await stub.apply([operation])
  return decision ?? expect.fail('no decision came back')
}

export const acquire = (stub: Stub, wanted: LeaseRequest) => one(stub, { type: 'acquire', lease: wanted })
export const free = (stub: Stub, release: LeaseRelease) => one(stub, { type: 'release', release })
export const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
