import { DurableObject } from 'cloudflare:workers'
import { decideLease, ewma, type LeaseDecision } from '../../../shared/domain/lease.ts'
import type {
  EndpointOperation,
  EndpointRpc,
  EndpointState,
  LeaseRelease,
  LeaseRequest,
} from '../../../shared/ports/objects.ts'
import type { Env } from '../env.ts'
import { AlarmClock } from './alarm-clock.ts'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS leases (
    request_id TEXT PRIMARY KEY, tokens INTEGER NOT NULL, expires_at_ms INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS stats (
    id INTEGER PRIMARY KEY CHECK (id = 0), served INTEGER NOT NULL, failed INTEGER NOT NULL,
    ttft_ms REAL, duration_ms REAL
  );
  INSERT OR IGNORE INTO stats VALUES (0, 0, 0, NULL, NULL);
`

type Lease = { tokens: number; expiresAtMs: number }
type Stats = { served: number; failed: number; ttft_ms: number | null; duration_ms: number | null }

/** One object per endpoint: the single writer of its slots. Leases live in SQLite; memory is a copy of it. */
export class Endpoint extends DurableObject<Env> implements EndpointRpc {
  readonly #leases = new Map<string, Lease>()
  #stats: Stats = { served: 0, failed: 0, ttft_ms: null, duration_ms: null }
  readonly #clock: AlarmClock

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#clock = new AlarmClock(state)
    state.storage.sql.exec(SCHEMA)
    this.#load()
  }

  #load() {
    const { sql } = this.ctx.storage
    const rows = sql.exec<{ request_id: string; tokens: number; expires_at_ms: number }>(
      'SELECT * FROM leases',
    )
    this.#leases.clear()
    for (const { request_id, tokens, expires_at_ms } of rows)
      this.#leases.set(request_id, { tokens, expiresAtMs: expires_at_ms })
    this.#stats = sql.exec<Stats>('SELECT served, failed, ttft_ms, duration_ms FROM stats').one()
  }

  async apply(operations: readonly EndpointOperation[]): Promise<LeaseDecision[]> {
    const nowMs = this.#clock.now()
    const decisions = this.#transact(() => operations.map((operation) => this.#apply(operation, nowMs)))
    const expiries = operations.map((o) => (o.type === 'acquire' ? nowMs + o.lease.expiresInMs : Infinity))
    await this.#clock.wakeAt(Math.min(...expiries))
    return decisions
  }

  /** All of it or nothing, in memory too: what the tables took back is read again. */
  #transact<T>(work: () => T): T {
    try {
      return this.ctx.storage.transactionSync(work)
    } catch (error) {
      this.#load()
      throw error
    }
  }

  #apply(operation: EndpointOperation, nowMs: number): LeaseDecision {
    switch (operation.type) {
      case 'acquire':
        return this.#acquire(operation.lease, nowMs)
      case 'extend':
        this.#extend(operation.requestId, nowMs + operation.expiresInMs)
        return { granted: true }
      case 'release':
        this.#release(operation.release)
        return { granted: true }
    }
  }

  #acquire({ requestId, maxConcurrency, tokens, expiresInMs }: LeaseRequest, nowMs: number): LeaseDecision {
    if (this.#leases.has(requestId)) return { granted: true }
    this.#sweep(nowMs)
    const load = { maxConcurrency, inFlight: this.#leases.size, drained: false }
    const decision = decideLease(load, this.#stats.duration_ms ?? 1_000)
    if (!decision.granted) return decision
    const expiresAtMs = nowMs + expiresInMs
    this.ctx.storage.sql.exec('INSERT INTO leases VALUES (?, ?, ?)', requestId, tokens, expiresAtMs)
    this.#leases.set(requestId, { tokens, expiresAtMs })
    return decision
  }

  #extend(requestId: string, expiresAtMs: number) {
    const lease = this.#leases.get(requestId)
    if (!lease) return
    lease.expiresAtMs = expiresAtMs
    this.ctx.storage.sql.exec(
      'UPDATE leases SET expires_at_ms = ? WHERE request_id = ?',
      expiresAtMs,
      requestId,
    )
  }

  #release({ requestId, outcome, durationMs, timeToFirstTokenMs }: LeaseRelease) {
    if (!this.#leases.delete(requestId)) return
    this.ctx.storage.sql.exec('DELETE FROM leases WHERE request_id = ?', requestId)
    if (outcome === 'unused') return
    const { served, failed, ttft_ms, duration_ms } = this.#stats
    this.#stats = {
      served: served + (outcome === 'served' ? 1 : 0),
      failed: failed + (outcome === 'failed' ? 1 : 0),
      ttft_ms: timeToFirstTokenMs === null ? ttft_ms : ewma(ttft_ms, timeToFirstTokenMs),
      duration_ms: ewma(duration_ms, durationMs),
    }
    this.ctx.storage.sql.exec(
      'UPDATE stats SET served = ?, failed = ?, ttft_ms = ?, duration_ms = ?',
      ...Object.values(this.#stats),
    )
  }

  async state(): Promise<EndpointState> {
    this.#sweep(this.#clock.now())
    const leases = [...this.#leases.values()]
    return {
      inFlight: leases.length,
      inFlightTokens: leases.reduce((sum, { tokens }) => sum + tokens, 0),
      served: this.#stats.served,
      failed: this.#stats.failed,
      timeToFirstTokenMs: this.#stats.ttft_ms,
    }
  }

  override async alarm(): Promise<void> {
    this.#clock.fired()
    this.#sweep(this.#clock.now())
    const next = Math.min(...[...this.#leases.values()].map(({ expiresAtMs }) => expiresAtMs))
    if (Number.isFinite(next)) await this.#clock.wakeAt(next)
  }

  /** A lease whose router vanished frees its slot here; a late release of it finds nothing and does nothing. */
  #sweep(nowMs: number) {
    for (const [requestId, { expiresAtMs }] of this.#leases) {
      if (expiresAtMs > nowMs) continue
      this.#leases.delete(requestId)
      this.ctx.storage.sql.exec('DELETE FROM leases WHERE request_id = ?', requestId)
    }
  }
}
