import type { UsageEvent } from '../../../shared/domain/usage.ts'
import { ownJson } from '../../../shared/own-json.ts'

/** Usage events that the ledger has not acknowledged yet; written in the transaction that settles. */
export class TenantOutbox {
  readonly #sql: SqlStorage

  constructor(sql: SqlStorage) {
    this.#sql = sql
  }

  add(event: UsageEvent) {
    this.#sql.exec('INSERT OR IGNORE INTO outbox VALUES (?, ?, NULL)', event.id, JSON.stringify(event))
  }

  /**
   * Lines never sent, or sent so long ago without acknowledgement that the message must be lost; by id, those after `afterId`,
   * so that a long outbox is gone through once and not from its beginning for every message.
   */
  unsent(afterId: string, resendBeforeMs: number, limit: number): UsageEvent[] {
    const query = `SELECT event FROM outbox WHERE event_id > ? AND (sent_at_ms IS NULL OR sent_at_ms <= ?)
      ORDER BY event_id LIMIT ?`
    return this.#sql
      .exec<{ event: string }>(query, afterId, resendBeforeMs, limit)
      .toArray()
      .map(({ event }) => ownJson<UsageEvent>(event))
  }

  markSent(ids: readonly string[], nowMs: number) {
    const query = 'UPDATE outbox SET sent_at_ms = ? WHERE event_id IN (SELECT value FROM json_each(?))'
    this.#sql.exec(query, nowMs, JSON.stringify(ids))
  }

  acknowledge(ids: readonly string[]) {
    this.#sql.exec(
      'DELETE FROM outbox WHERE event_id IN (SELECT value FROM json_each(?))',
      JSON.stringify(ids),
    )
  }

  isEmpty(): boolean {
    return this.#sql.exec('SELECT 1 FROM outbox LIMIT 1').toArray().length === 0
  }
}
