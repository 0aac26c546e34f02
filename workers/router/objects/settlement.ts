import { WorkerEntrypoint } from 'cloudflare:workers'
import type { SettlementService } from '../../../shared/ports/services.ts'
import type { Env } from '../env.ts'

/** The cost Worker's way back: what it has written to the ledger, the tenant object may forget. */
export class Settlement extends WorkerEntrypoint<Env> implements SettlementService {
  async acknowledge(tenantId: string, eventIds: readonly string[]): Promise<void> {
    await this.env.TENANTS.getByName(tenantId).acknowledge(eventIds)
  }
}
