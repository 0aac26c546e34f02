import { setTimeout as sleep } from 'node:timers/promises'
import type { FleetMember } from '../../cli/fleet/fleet.ts'
import type { Client } from '../../cli/lib/client.ts'
import { getEndpointRoute } from '../../shared/api/endpoints.ts'
import { usageRoute } from '../../shared/api/money.ts'
import type { Outcome } from './clients.ts'
import type { Caller } from './orders.ts'
import { spentBy } from './prepare.ts'

export type Finding = { readonly what: string; readonly value: string; readonly isBroken: boolean }

type Evidence = {
  readonly operator: Client
  readonly callers: readonly Caller[]
  readonly members: readonly FleetMember[]
  readonly outcomes: readonly Outcome[]
  /** The most that each limited tenant was ever seen to have spent and held. */
  readonly busiest: ReadonlyMap<string, number>
}

/** Asks until it holds, at most as long as leases and messages can take. */
async function eventually<T>(ask: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const value = await ask()
    if (holds(value) || tries === 80) return value
    await sleep(500)
  }
}

/** What must be true when everybody is gone. */
export async function audit(evidence: Evidence): Promise<Finding[]> {
  return [
    ...clients(evidence),
    ...(await money(evidence)),
    ...(await slots(evidence)),
    ...(await origins(evidence)),
  ]
}

function clients({ outcomes }: Evidence): Finding[] {
  const torn = outcomes.filter(({ kind }) => kind === 'torn')
  const how = [...new Set(torn.map(({ code }) => code))].slice(0, 5).join('; ')
  const internal = outcomes.filter(({ code }) => code === 'internal').length
  return [
    {
      what: 'clients with neither an answer nor an error',
      value: `${torn.length}${how && ` (${how})`}`,
      isBroken: torn.length > 0,
    },
    { what: 'defects reported as such', value: String(internal), isBroken: internal > 0 },
  ]
}

async function money({ operator, callers, busiest }: Evidence): Promise<Finding[]> {
  const findings: Finding[] = []
  for (const caller of callers) {
    const { tenantId, limitNanoUsd } = caller
    const held = await eventually(
      () => spentBy(operator, caller),
      ({ pendingNanoUsd }) => pendingNanoUsd === 0,
    )
    const { postedNanoUsd, pendingNanoUsd } = held
    const ledger = await eventually(
      async () => (await operator.call(usageRoute, { query: { tenantId } })).total,
      ({ costNanoUsd }) => costNanoUsd === postedNanoUsd,
    )
    const most = Math.max(postedNanoUsd, busiest.get(tenantId) ?? 0)
    const over = limitNanoUsd === null ? 0 : Math.max(0, most - limitNanoUsd)
    findings.push(
      { what: `${tenantId}: spent above the limit, nano-dollars`, value: String(over), isBroken: over > 0 },
      {
        what: `${tenantId}: still held, nano-dollars`,
        value: String(pendingNanoUsd),
        isBroken: pendingNanoUsd !== 0,
      },
      {
        what: `${tenantId}: posted less ledger, nano-dollars`,
        value: `${postedNanoUsd - ledger.costNanoUsd} of ${postedNanoUsd}`,
        isBroken: postedNanoUsd !== ledger.costNanoUsd,
      },
    )
  }
  return findings
}

async function slots({ operator, members }: Evidence): Promise<Finding[]> {
  const taken = await eventually(
    async () => {
      const live = await Promise.all(
        members.map(async ({ id }) => (await operator.call(getEndpointRoute, { params: { id } })).live),
      )
      return live.reduce((sum, state) => sum + (state ? state.inFlight + state.queued : 0), 0)
    },
    (sum) => sum === 0,
  )
  return [{ what: 'slots and places in queues still taken', value: String(taken), isBroken: taken > 0 }]
}

async function origins({ members }: Evidence): Promise<Finding[]> {
  const running = members.reduce((sum, { origin }) => sum + origin.load().running + origin.load().waiting, 0)
  return [{ what: 'answers that origins still generate', value: String(running), isBroken: running > 0 }]
}
