import { getTableColumns, lte, type SQL, sql } from 'drizzle-orm'
import { coverRange, DAY_MS, HOUR_MS } from '../domain/rollup.ts'
import type { UsageEvent, UsageGroup, UsageSum } from '../domain/usage.ts'
import type { Database } from './client.ts'
import { usageDirtyHours, usageEvents, usageRollups } from './schema.ts'

// Lists travel as one JSON parameter, since D1 binds at most 100 values a statement. Sizes are written into the
// statements because D1 binds numbers as reals, and reals divide differently.
const HOUR = sql.raw(String(HOUR_MS))
const DAY = sql.raw(String(DAY_MS))

/** One hour of one tenant whose rollup has not seen all of its ledger lines. */
export type DirtyHour = typeof usageDirtyHours.$inferSelect

/** Every column of the ledger, read from the field of its name. */
const EVENT_FIELDS = sql.join(
  Object.keys(getTableColumns(usageEvents)).map((field) => sql.raw(`value ->> '${field}'`)),
  sql`, `,
)

/** Writes events into the ledger, each id once whatever was delivered before, and marks their hours in the same transaction. */
export async function addUsage(db: Database, events: readonly UsageEvent[]): Promise<void> {
  const lines = JSON.stringify(events)
  await db.batch([
    // First, while new lines are still missing: one delivered twice leaves its hour as it is.
    db
      .insert(usageDirtyHours)
      .select(
        sql`SELECT value ->> 'tenantId', (value ->> 'occurredAtMs') / ${HOUR} * ${HOUR} FROM json_each(${lines})
          WHERE NOT EXISTS (SELECT 1 FROM usage_events WHERE id = value ->> 'id')`,
      )
      .onConflictDoNothing(),
    db
      .insert(usageEvents)
      // A bare ON after FROM would be read as a join's.
      .select(sql`SELECT ${EVENT_FIELDS} FROM json_each(${lines}) WHERE true`)
      .onConflictDoNothing({ target: usageEvents.id }),
  ])
}

/** Hours to roll up, oldest first: those that began at or before `startedByMs`. */
export async function listDirtyHours(db: Database, startedByMs: number, limit: number): Promise<DirtyHour[]> {
  return db
    .select()
    .from(usageDirtyHours)
    .where(lte(usageDirtyHours.startMs, startedByMs))
    .orderBy(usageDirtyHours.startMs, usageDirtyHours.tenantId)
    .limit(limit)
}

/**
 * Overwrites the sums of these hours and of the days they lie in and clears their marks, all in one transaction: a line that
 * comes later marks its hour again, so none is ever missed.
 */
export async function rollUp(db: Database, dirty: readonly DirtyHour[]): Promise<void> {
  const hours = spans(dirty)
  const days = spans(
    dirty.map(({ tenantId, startMs }) => ({ tenantId, startMs: startMs - (startMs % DAY_MS) })),
  )
  await db.batch([
    db.delete(usageRollups).where(sql`grain = 'hour' AND (tenant_id, start_ms) IN ${hours}`),
    db.insert(usageRollups).select(
      sql`SELECT 'hour', s.start_ms, e.tenant_id, key_id, coalesce(tier, ''), endpoint_id,
          count(*), sum(prompt_tokens), sum(completion_tokens), sum(cost_nano_usd)
        FROM ${hours} s CROSS JOIN usage_events e ON e.tenant_id = s.tenant_id
          AND occurred_at_ms >= s.start_ms AND occurred_at_ms < s.start_ms + ${HOUR}
        GROUP BY s.start_ms, e.tenant_id, key_id, tier, endpoint_id`,
    ),
    db.delete(usageRollups).where(sql`grain = 'day' AND (tenant_id, start_ms) IN ${days}`),
    db.insert(usageRollups).select(
      sql`SELECT 'day', s.start_ms, h.tenant_id, key_id, tier, endpoint_id,
          sum(requests), sum(prompt_tokens), sum(completion_tokens), sum(cost_nano_usd)
        FROM ${days} s CROSS JOIN usage_rollups h ON h.tenant_id = s.tenant_id AND grain = 'hour'
          AND h.start_ms >= s.start_ms AND h.start_ms < s.start_ms + ${DAY}
        GROUP BY s.start_ms, h.tenant_id, key_id, tier, endpoint_id`,
    ),
    db.delete(usageDirtyHours).where(sql`(tenant_id, start_ms) IN ${hours}`),
  ])
}

/** A subquery with the columns `tenant_id` and `start_ms`, each pair once. */
function spans(starts: readonly DirtyHour[]): SQL {
  return sql`(SELECT DISTINCT value ->> 'tenantId' AS tenant_id, value ->> 'startMs' AS start_ms
    FROM json_each(${JSON.stringify(starts)}))`
}

export type UsageQuery = {
  /** Null: every tenant. */
  readonly tenantId: string | null
  readonly fromMs: number
  readonly toMs: number
  readonly groupBy: readonly UsageGroup[]
  /** How many groups are read at most. */
  readonly limit: number
}

const GROUP_COLUMNS: Record<UsageGroup, SQL> = {
  tenant: sql`tenant_id AS tenant`,
  key: sql`key_id AS key`,
  tier: sql`nullif(tier, '') AS tier`,
  endpoint: sql`endpoint_id AS endpoint`,
  day: sql`date(at_ms / 1000, 'unixepoch') AS day`,
}

/** Exactly what adding up the ledger's lines would give, by group and in the order of the groups; groups without a line are left out. */
export async function sumUsage(db: Database, { groupBy, limit, ...range }: UsageQuery): Promise<UsageSum[]> {
  const columns = [
    ...groupBy.map((group) => GROUP_COLUMNS[group]),
    sql`sum(requests) AS requests, sum(prompt_tokens) AS promptTokens,
      sum(completion_tokens) AS completionTokens, sum(cost_nano_usd) AS costNanoUsd`,
  ]
  const positions = sql.raw(groupBy.map((_, index) => index + 1).join(', '))
  const grouping = groupBy.length === 0 ? sql`` : sql`GROUP BY ${positions}`
  const ordering = groupBy.length === 0 ? sql`` : sql`ORDER BY ${positions}`
  return db.all<UsageSum>(sql`${partsOf(range)} SELECT ${sql.join(columns, sql`, `)} FROM parts
    ${grouping} HAVING sum(requests) > 0 ${ordering} LIMIT ${limit}`)
}

/**
 * The CTE `parts`: rollups of whole days and hours; minus those of dirty hours, plus their lines; plus the lines of the hours that
 * the range cuts. One statement sees one state of the tables, so no roll-up or delivery comes between.
 */
function partsOf({ tenantId, fromMs, toMs }: Pick<UsageQuery, 'tenantId' | 'fromMs' | 'toMs'>): SQL {
  const whose = tenantId === null ? sql`true` : sql`tenant_id = ${tenantId}`
  return sql`WITH
    spans (grain, from_ms, to_ms) AS (
      SELECT value ->> 'grain', value ->> 'fromMs', value ->> 'toMs'
      FROM json_each(${JSON.stringify(coverRange(fromMs, toMs))})),
    cut AS (SELECT from_ms - from_ms % ${HOUR} AS start_ms, from_ms, to_ms FROM spans WHERE grain = 'line'),
    rollups AS NOT MATERIALIZED (SELECT * FROM usage_rollups WHERE ${whose}),
    dirty AS NOT MATERIALIZED (SELECT * FROM usage_dirty_hours WHERE ${whose}),
    stale AS MATERIALIZED (
      SELECT tenant_id, start_ms FROM spans CROSS JOIN dirty
      WHERE grain <> 'line' AND start_ms >= from_ms AND start_ms < to_ms),
    unsummed (tenant_id, from_ms, to_ms) AS (
      SELECT tenant_id, start_ms, start_ms + ${HOUR} FROM stale
      UNION -- whoever has lines in an hour has a rollup of it or a mark on it
      SELECT tenant_id, from_ms, to_ms FROM cut CROSS JOIN rollups USING (start_ms) WHERE grain = 'hour'
      UNION
      SELECT tenant_id, from_ms, to_ms FROM cut CROSS JOIN dirty USING (start_ms)),
    parts (tenant_id, key_id, tier, endpoint_id, at_ms, requests, prompt_tokens, completion_tokens, cost_nano_usd) AS (
      SELECT tenant_id, key_id, tier, endpoint_id, start_ms,
        requests, prompt_tokens, completion_tokens, cost_nano_usd
      FROM spans CROSS JOIN rollups USING (grain) WHERE start_ms >= from_ms AND start_ms < to_ms
      UNION ALL
      SELECT tenant_id, key_id, tier, endpoint_id, start_ms,
        -requests, -prompt_tokens, -completion_tokens, -cost_nano_usd
      FROM stale CROSS JOIN rollups USING (tenant_id, start_ms) WHERE grain = 'hour'
      UNION ALL
      SELECT tenant_id, key_id, coalesce(tier, ''), endpoint_id, occurred_at_ms,
        1, prompt_tokens, completion_tokens, cost_nano_usd
      FROM unsummed CROSS JOIN usage_events USING (tenant_id)
      WHERE occurred_at_ms >= from_ms AND occurred_at_ms < to_ms)`
}
