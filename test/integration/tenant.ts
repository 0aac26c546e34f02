import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect } from 'vitest'
import type { UsageEvent } from '../../shared/domain/usage.ts'
import type { Reservation, Settlement } from '../../shared/ports/objects.ts'
import type { Tenant } from '../../workers/router/objects/tenant.ts'

export type TenantStub = DurableObjectStub<Tenant>

export const tenant = () => env.TENANTS.getByName(`tenant-${crypto.randomUUID()}`)

export const reservation = (
  id: string,
  amountNanoUsd: number,
  rest: Partial<Reservation> = {},
): Reservation => ({
  intent: {
    id,
    tenantId: 't',
    keyId: 'k',
    collection: null,
    tier: 'm',
    endpointId: 'e',
    configuration: null,
    provider: 'p',
    region: 'r',
    level: 'gpu_native',
    model: 'x',
  },
  amountNanoUsd,
  tokens: 100,
  expiresInMs: 60_000,
  ...rest,
})

export const settlement = (id: string, costNanoUsd: number): Settlement => ({
  id,
  costNanoUsd,
  promptTokens: 1,
  completionTokens: 1,
  estimated: false,
  outcome: 'completed',
})

export const reserve = async (stub: TenantStub, reserved: Reservation) => {
  const [decision] = await stub.apply([{ type: 'reserve', reservation: reserved }])
  return decision ?? expect.fail('no decision came back')
}
export const settle = (stub: TenantStub, settled: Settlement) =>
  stub.apply([{ type: 'settle', settlement: settled }])

export const total = async (stub: TenantStub) =>
  (await stub.budgets()).find(({ keyId, period }) => keyId === null && period === 'total')

export const outbox = (stub: TenantStub) =>
  runInDurableObject(stub, (_, state) =>
    state.storage.sql
      .exec<{ event: string }>('SELECT event FROM outbox')
      .toArray()
      .map(({ event }) => JSON.parse(event) as UsageEvent),
  )
