import { z } from 'zod'
import type { Database } from '../../../shared/db/client.ts'
import { addUsage } from '../../../shared/db/usage.ts'
import { LEVELS, TIERS } from '../../../shared/domain/tiers.ts'
import { USAGE_OUTCOMES, type UsageEvent } from '../../../shared/domain/usage.ts'
import { AppError } from '../../../shared/errors.ts'
import { describeIssues } from '../../../shared/http/issues.ts'
import { errorFields } from '../../../shared/log.ts'
import type { EventSink } from '../../../shared/ports/event-sink.ts'
import type { SettlementService } from '../../../shared/ports/services.ts'

export type RecordUsageDeps = {
  readonly db: Database
  readonly settlement: SettlementService
  readonly now: () => number
  readonly log: EventSink
}

/** As one JSON parameter this stays well below D1's 2 MB a value. */
const EVENTS_PER_WRITE = 500

const name = z.string().min(1)
const count = z.int().min(0)
const usageEvent = z.object({
  id: name,
  tenantId: name,
  keyId: name,
  occurredAtMs: count,
  collection: z.string().nullable(),
  tier: z.enum(TIERS).nullable(),
  endpointId: name,
  configuration: z.string().nullable(),
  provider: z.string(),
  region: z.string(),
  level: z.enum(LEVELS).nullable(),
  model: z.string(),
  promptTokens: count,
  completionTokens: count,
  estimated: z.boolean(),
  costNanoUsd: count,
  outcome: z.enum(USAGE_OUTCOMES),
}) satisfies z.ZodType<UsageEvent>
const usageMessage = z.object({ type: z.literal('usage'), events: z.array(z.unknown()) })

/**
 * Writes a batch into the ledger, then tells each tenant's object what it may forget. The outbox there is the one durable copy until
 * then: an event we cannot read is left in it for a version of this Worker that can, and a lost acknowledgement only means that
 * the event comes again, which changes nothing.
 */
export async function recordUsage(deps: RecordUsageDeps, batch: MessageBatch): Promise<void> {
  const startedMs = deps.now()
  const events = batch.messages.flatMap((message) => readEvents(message, deps.log))
  const outcome = {
    event: 'usage_recorded',
    worker: 'cost',
    messages: batch.messages.length,
    events: events.length,
  }
  try {
    for (let first = 0; first < events.length; first += EVENTS_PER_WRITE)
      await addUsage(deps.db, events.slice(first, first + EVENTS_PER_WRITE))
  } catch (thrown) {
    batch.retryAll()
    const error = errorFields(AppError.from(thrown))
    deps.log({ ...outcome, event: 'usage_not_recorded', durationMs: deps.now() - startedMs, error })
    return
  }
  await acknowledge(deps, events)
  deps.log({ ...outcome, durationMs: deps.now() - startedMs })
}

/** One event that cannot be read never keeps another from the ledger. */
function readEvents({ id: messageId, body }: Message, log: EventSink): UsageEvent[] {
  const unreadable = ({ issues }: z.ZodError, event: unknown) => {
    const { id: eventId, tenantId }: Partial<Record<string, unknown>> = Object(event)
    log({
      event: 'usage_unreadable',
      worker: 'cost',
      messageId,
      eventId,
      tenantId,
      issues: describeIssues(issues),
    })
    return []
  }
  const message = usageMessage.safeParse(body)
  if (!message.success) return unreadable(message.error, body)
  return message.data.events.flatMap((event) => {
    const { data, error } = usageEvent.safeParse(event)
    return error ? unreadable(error, event) : data
  })
}

async function acknowledge({ settlement, log }: RecordUsageDeps, events: readonly UsageEvent[]) {
  const byTenant = [...Map.groupBy(events, ({ tenantId }) => tenantId)]
  const acknowledgements = byTenant.map(([tenantId, own]) => {
    const ids = own.map(({ id }) => id)
    return settlement.acknowledge(tenantId, ids).catch((thrown: unknown) => {
      const error = errorFields(AppError.from(thrown))
      log({ event: 'usage_not_acknowledged', worker: 'cost', tenantId, error })
    })
  })
  await Promise.all(acknowledgements)
}
