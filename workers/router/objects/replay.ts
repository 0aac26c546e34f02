import { DurableObject } from 'cloudflare:workers'
import {
  decideClaim,
  REPLAY_KEPT_MS,
  type ReplayClaim,
  type ReplayEntry,
} from '../../../shared/domain/idempotency.ts'
import type { ReplayDecision, ReplayRpc } from '../../../shared/ports/objects.ts'
import type { Env } from '../env.ts'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS entry (
    one INTEGER PRIMARY KEY CHECK (one = 1), fingerprint TEXT NOT NULL, holder TEXT NOT NULL, lease_until_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL, is_stored INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS parts (part INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
`
type EntryRow = Omit<ReplayEntry, 'isStored'> & { isStored: number }

/** One object per tenant and Idempotency-Key, so that no busy object carries answers. It holds only what the router has sealed. */
export class Replay extends DurableObject<Env> implements ReplayRpc {
  readonly #sql: SqlStorage

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#sql = state.storage.sql
  }

  async claim(claim: ReplayClaim): Promise<ReplayDecision> {
    const nowMs = Date.now()
    // Here and not once: a key that was released or has expired has no tables any more.
    this.#sql.exec(SCHEMA)
    const type = decideClaim(this.#entry(), claim, nowMs)
    if (type === 'replay') return { type, parts: this.#parts() }
    if (type === 'run') {
      const { fingerprint, holder, leaseMs } = claim
      const expiresAtMs = nowMs + REPLAY_KEPT_MS
      this.ctx.storage.transactionSync(() => {
        this.#sql.exec('DELETE FROM parts')
        this.#sql.exec(
          'INSERT OR REPLACE INTO entry VALUES (1, ?, ?, ?, ?, 0)',
          fingerprint,
          holder,
          nowMs + leaseMs,
          expiresAtMs,
        )
      })
      await this.ctx.storage.setAlarm(expiresAtMs)
    }
    return { type }
  }

  async extend(holder: string, leaseMs: number): Promise<boolean> {
    if (!this.#isHeldBy(holder)) return false
    this.#sql.exec('UPDATE entry SET lease_until_ms = ?', Date.now() + leaseMs)
    return true
  }

  async store(holder: string, parts: readonly Uint8Array[]): Promise<boolean> {
    if (!this.#isHeldBy(holder)) return false
    this.ctx.storage.transactionSync(() => {
      for (const [part, bytes] of parts.entries())
        this.#sql.exec('INSERT INTO parts VALUES (?, ?)', part, bytes)
      this.#sql.exec('UPDATE entry SET is_stored = 1')
    })
    return true
  }

  async release(holder: string): Promise<boolean> {
    if (!this.#isHeldBy(holder)) return false
    await this.alarm()
    return true
  }

  /** Forgets the key, and the alarm itself where it has not fired. */
  override async alarm(): Promise<void> {
    await this.ctx.storage.deleteAll()
  }

  #isHeldBy(holder: string): boolean {
    this.#sql.exec(SCHEMA)
    const entry = this.#entry()
    return entry !== null && entry.holder === holder && !entry.isStored
  }

  #entry(): ReplayEntry | null {
    const query = `SELECT fingerprint, holder, lease_until_ms AS leaseUntilMs, expires_at_ms AS expiresAtMs, is_stored AS isStored FROM entry`
    const row = this.#sql.exec<EntryRow>(query).toArray().at(0)
    return row ? { ...row, isStored: row.isStored === 1 } : null
  }

  #parts(): Uint8Array[] {
    return this.#sql
      .exec<{ bytes: ArrayBuffer }>('SELECT bytes FROM parts ORDER BY part')
      .toArray()
      .map(({ bytes }) => new Uint8Array(bytes))
  }
}
