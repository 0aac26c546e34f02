import { DurableObject } from 'cloudflare:workers'
import { type Desk, granted, isInUse, learnLook, noChanges } from '../../../shared/domain/admission-desk.ts'
import { describeQueue } from '../../../shared/domain/admission-line.ts'
import {
  acquire,
  extend,
  handOver,
  nextHandOverMs,
  release,
  report,
} from '../../../shared/domain/admission-operations.ts'
import { snapshotOf, waitOfNewcomerMs } from '../../../shared/domain/admission-snapshot.ts'
import { type LeaseDecision, refused } from '../../../shared/domain/lease.ts'
import { AppError } from '../../../shared/errors.ts'
import type {
  EndpointOperation,
  EndpointRpc,
  EndpointSettings,
  EndpointState,
} from '../../../shared/ports/objects.ts'
import type { Env } from '../env.ts'
import { AlarmClock } from './alarm-clock.ts'
import { lookAt } from './endpoint-look.ts'
import { EndpointStore } from './endpoint-store.ts'
import { type FleetPush, fleetPush } from './fleet-push.ts'

/** While it is in use its origin is looked at this often. */
const LOOK_EVERY_MS = 5_000

/**
 * One object per endpoint: the single writer of its slots. Leases, breaker and settings live in SQLite, memory is a copy of them; the queue lives in
 * memory alone, as do those who wait in it.
 */
export class Endpoint extends DurableObject<Env> implements EndpointRpc {
  readonly #clock: AlarmClock
  readonly #waits = new Map<string, PromiseWithResolvers<LeaseDecision>>()
  readonly #store: EndpointStore
  #desk: Desk
  #settings: EndpointSettings | null = null
  #lookAtMs = 0
  readonly #fleet: FleetPush

  constructor(state: DurableObjectState, env: Env) {
    super(state, env)
    this.#clock = new AlarmClock(state)
    this.#store = new EndpointStore(state.storage.sql)
    this.#desk = this.#load()
    this.#fleet = fleetPush(env, () => this.#snapshot())
  }

  #load(): Desk {
    this.#settings = this.#store.fact('settings')
    return this.#store.desk(this.#clock.now())
  }

  async apply(operations: readonly EndpointOperation[]): Promise<LeaseDecision[]> {
    const decisions = this.#change((nowMs) => operations.map((operation) => this.#apply(operation, nowMs)))
    this.#fleet.changed()
    await this.#wake()
    return decisions
  }

  #apply(operation: EndpointOperation, nowMs: number): LeaseDecision {
    switch (operation.type) {
      case 'acquire':
        return acquire(this.#desk, operation.lease, nowMs, Math.random())
      case 'extend':
        return extend(this.#desk, operation, nowMs)
      case 'release':
        return release(this.#desk, operation.release, nowMs, Math.random())
      case 'report':
        return report(this.#desk, operation, nowMs, Math.random())
    }
  }

  /** Decided in memory, then written whole. What could not be written has not happened: the tables are read again, and those who waited have to come anew. */
  #change<T>(work: (nowMs: number) => T): T {
    const nowMs = this.#clock.now()
    try {
      const result = work(nowMs)
      handOver(this.#desk, nowMs)
      this.#save()
      this.#tell()
      return result
    } catch (error) {
      this.#desk = this.#load()
      const lost = new AppError('internal', 'The place in the queue was lost; acquire anew')
      for (const { reject } of this.#waits.values()) reject(lost)
      this.#waits.clear()
      throw error
    }
  }

  #save() {
    const { changes, measures, memory, pausedUntilMs } = this.#desk
    if (changes.leases.size === 0 && !changes.breaker && !changes.measures) return
    this.ctx.storage.transactionSync(() => {
      this.#store.saveLeases(this.#desk)
      if (changes.measures) this.#store.saveMeasures(measures)
      if (changes.breaker) this.#store.putFact('door', { breaker: memory.breaker, pausedUntilMs })
    })
    this.#desk.changes = noChanges()
    this.#fleet.changed()
  }

  #tell() {
    for (const { requestId, decision } of this.#desk.answered) {
      this.#waits.get(requestId)?.resolve(decision)
      this.#waits.delete(requestId)
    }
    this.#desk.answered = []
  }

  async wait(requestId: string): Promise<LeaseDecision> {
    const { leases, queue } = this.#desk
    const lease = leases.get(requestId)
    if (lease) return granted(this.#desk, lease)
    if (!queue.waiters.has(requestId)) return refused('expired', 0)
    const wait = this.#waits.get(requestId) ?? Promise.withResolvers<LeaseDecision>()
    this.#waits.set(requestId, wait)
    return wait.promise
  }

  async configure(settings: EndpointSettings): Promise<void> {
    this.#settings = settings
    this.#store.putFact('settings', settings)
    this.#change(() => {
      this.#desk.settings = settings
    })
    this.#fleet.changed()
  }

  async state(): Promise<EndpointState> {
    this.#change(() => undefined)
    const nowMs = this.#clock.now()
    const { measures, queue } = this.#desk
    return {
      ...this.#snapshot(),
      served: measures.served,
      failed: measures.failed,
      drained: this.#settings?.drained ?? false,
      queue: describeQueue(queue, nowMs),
      expectedWaitMs: waitOfNewcomerMs(this.#desk, nowMs),
    }
  }

  #snapshot = () => snapshotOf(this.#desk, this.ctx.id.name ?? '', this.#clock.now())

  override async alarm(): Promise<void> {
    this.#clock.fired()
    this.#change(() => undefined)
    const nowMs = this.#clock.now()
    if (isInUse(this.#desk, nowMs) && nowMs >= this.#lookAtMs) {
      this.#lookAtMs = nowMs + LOOK_EVERY_MS
      // Not awaited: the next alarm, which may end leases, does not wait for a slow origin.
      this.ctx.waitUntil(this.#look())
      this.#fleet.repeat()
    }
    await this.#wake()
  }

  async #look() {
    if (this.#settings === null) return
    const inFlight = this.#desk.leases.size
    const look = await lookAt(this.#settings)
    if (look.isHealthy === null && look.load === null) return
    this.#change((nowMs) => learnLook(this.#desk, { ...look, inFlight }, nowMs, Math.random()))
    this.#fleet.changed()
    await this.#wake()
  }

  async #wake() {
    const nowMs = this.#clock.now()
    const lookAtMs = isInUse(this.#desk, nowMs) ? Math.max(nowMs, this.#lookAtMs) : Number.POSITIVE_INFINITY
    const nextMs = Math.min(nextHandOverMs(this.#desk, nowMs), lookAtMs)
    if (Number.isFinite(nextMs)) await this.#clock.wakeAt(nextMs)
  }
}
