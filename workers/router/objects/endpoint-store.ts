import { type Desk, newDesk, noChanges, putLease } from '../../../shared/domain/admission-desk.ts'
import type { Measures } from '../../../shared/domain/admission-measures.ts'
import type { Breaker } from '../../../shared/domain/breaker.ts'
import type { Lease } from '../../../shared/domain/lease.ts'
import { ownJson } from '../../../shared/own-json.ts'
import type { EndpointSettings } from '../../../shared/ports/objects.ts'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS leases (
    request_id TEXT PRIMARY KEY, epoch INTEGER NOT NULL, tokens INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS measures (
    id INTEGER PRIMARY KEY CHECK (id = 0), served INTEGER NOT NULL, failed INTEGER NOT NULL, time_to_first_token_ms REAL,
    time_per_output_token_ms REAL, duration_ms REAL, error_rate REAL NOT NULL, last_served_at_ms INTEGER
  );
  CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  INSERT OR IGNORE INTO measures VALUES (0, 0, 0, NULL, NULL, NULL, 0, NULL);
`

/** Epochs are set aside in blocks, so that a grant costs no write of its own; what is left of a block at an eviction is never given. */
const EPOCH_BLOCK = 1_000

/** What a breaker and an origin's pause say, kept so that an evicted object does not open a closed door. */
type Door = { readonly breaker: Breaker; readonly pausedUntilMs: number }

type Facts = { readonly door: Door; readonly settings: EndpointSettings; readonly epochs: number }

/** The tables of one endpoint's object. */
export class EndpointStore {
  readonly #sql: SqlStorage
  /** No epoch above this one has been given. */
  #lastEpochSetAside = 0

  constructor(sql: SqlStorage) {
    this.#sql = sql
    sql.exec(SCHEMA)
  }

  /** Everything that was saved; a queue is not. */
  desk(nowMs: number): Desk {
    const desk = newDesk(nowMs)
    this.#lastEpochSetAside = this.fact('epochs') ?? 0
    for (const { requestId, ...lease } of this.#leases()) putLease(desk, requestId, lease)
    const door = this.fact('door')
    desk.changes = noChanges()
    desk.epoch = this.#lastEpochSetAside
    desk.inFlightTokens = [...desk.leases.values()].reduce((sum, { tokens }) => sum + tokens, 0)
    desk.measures = this.#measures()
    desk.memory = { ...desk.memory, breaker: door?.breaker ?? desk.memory.breaker }
    desk.pausedUntilMs = door?.pausedUntilMs ?? 0
    desk.settings = this.fact('settings')
    return desk
  }

  #leases() {
    const query = 'SELECT request_id AS requestId, epoch, tokens, expires_at_ms AS expiresAtMs FROM leases'
    return this.#sql.exec<Lease & { requestId: string }>(query)
  }

  #measures(): Measures {
    return this.#sql
      .exec<Measures>(
        `SELECT served, failed, time_to_first_token_ms AS timeToFirstTokenMs, time_per_output_token_ms AS timePerOutputTokenMs,
                duration_ms AS durationMs, error_rate AS errorRate, last_served_at_ms AS lastServedAtMs FROM measures`,
      )
      .one()
  }

  fact<Name extends keyof Facts>(name: Name): Facts[Name] | null {
    const rows = this.#sql.exec<{ value: string }>('SELECT value FROM facts WHERE name = ?', name).toArray()
    return rows[0] ? ownJson<Facts[Name]>(rows[0].value) : null
  }

  putFact<Name extends keyof Facts>(name: Name, value: Facts[Name]) {
    this.#sql.exec('INSERT OR REPLACE INTO facts VALUES (?, ?)', name, JSON.stringify(value))
  }

  saveLeases({ changes, leases, epoch }: Desk) {
    for (const requestId of changes.leases) {
      const lease = leases.get(requestId)
      if (lease) this.#saveLease(requestId, lease)
      else this.#sql.exec('DELETE FROM leases WHERE request_id = ?', requestId)
    }
    if (epoch <= this.#lastEpochSetAside) return
    this.#lastEpochSetAside = epoch + EPOCH_BLOCK
    this.putFact('epochs', this.#lastEpochSetAside)
  }

  #saveLease(requestId: string, { epoch, tokens, expiresAtMs }: Lease) {
    const query = 'INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?)'
    this.#sql.exec(query, requestId, epoch, tokens, expiresAtMs)
  }

  saveMeasures(measures: Measures) {
    const { served, failed, timeToFirstTokenMs, timePerOutputTokenMs, durationMs } = measures
    this.#sql.exec(
      `UPDATE measures SET served = ?, failed = ?, time_to_first_token_ms = ?, time_per_output_token_ms = ?, duration_ms = ?,
              error_rate = ?, last_served_at_ms = ?`,
      served,
      failed,
      timeToFirstTokenMs,
      timePerOutputTokenMs,
      durationMs,
      measures.errorRate,
      measures.lastServedAtMs,
    )
  }
}
