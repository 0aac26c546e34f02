import type { EndpointSnapshot } from '../fleet.ts'
import { ewma } from '../lease.ts'
import type { Timeline } from './events.ts'
import type { Origin, Work } from './origin.ts'

/** What an endpoint's object says to a request: go, there is no slot, the breaker is open; or the origin is dead, which only trying tells. */
export type Admission = 'started' | 'full' | 'open' | 'dead'

/** An endpoint's object as far as choices depend on it: slots, a queue, a breaker, and means of what it saw. */
export type Gate = {
  readonly origin: Origin
  tryStart(work: Work): Admission
  /** Stands in the queue; `onRefused` when the wait is over. */
  enqueue(work: Work, maxWaitMs: number, onRefused: () => void): void
  failed(): void
  snapshot(): EndpointSnapshot
}

type Means = {
  -readonly [key in 'timeToFirstTokenMs' | 'timePerOutputTokenMs' | 'durationMs']: number | null
}

type Waiter = { readonly work: Work; isGone: boolean }

const BREAKER = { failures: 3, openMs: 10_000 } as const

export function simulatedGate(origin: Origin, time: Timeline): Gate {
  const breaker = simulatedBreaker(time)
  const means: Means = { timeToFirstTokenMs: null, timePerOutputTokenMs: null, durationMs: null }
  const queue: Waiter[] = []

  const next = () => {
    while (queue[0]?.isGone) queue.shift()
    const [waiter] = queue
    if (waiter && origin.start(watched(waiter.work))) {
      waiter.isGone = true
      queue.shift()
    }
  }
  const watched = (work: Work) => watch(work, { breaker, means, time, next })
  return {
    origin,
    failed: breaker.failed,
    tryStart(work) {
      if (!breaker.mayPass()) return 'open'
      if (!origin.isAlive()) return 'dead'
      return origin.start(watched(work)) ? 'started' : 'full'
    },
    enqueue(work, maxWaitMs, onRefused) {
      const waiter = { work, isGone: false }
      queue.push(waiter)
      time.at(time.nowMs() + maxWaitMs, () => {
        if (waiter.isGone) return
        waiter.isGone = true
        onRefused()
      })
    },
    snapshot: () => ({
      endpointId: origin.endpoint.id,
      atMs: time.nowMs(),
      inFlight: origin.inFlight(),
      inFlightTokens: 0,
      queued: queue.filter(({ isGone }) => !isGone).length,
      ...means,
      errorRate: 0,
      ...breaker.state(),
      isHealthy: null,
      lastServedAtMs: origin.lastServedMs(),
      scraped: null,
    }),
  }
}

type Watching = {
  readonly breaker: ReturnType<typeof simulatedBreaker>
  readonly means: Means
  readonly time: Timeline
  readonly next: () => void
}

/** The work, with what its endpoint learns of it. */
function watch(work: Work, { breaker, means, time, next }: Watching): Work {
  const startedMs = time.nowMs()
  let firstMs = startedMs
  const learn = (what: keyof Means, sample: number) => {
    means[what] = ewma(means[what], sample)
  }
  return {
    ...work,
    onFirstToken() {
      firstMs = time.nowMs()
      learn('timeToFirstTokenMs', firstMs - startedMs)
      breaker.succeeded()
      work.onFirstToken()
    },
    onFinished() {
      learn('timePerOutputTokenMs', (time.nowMs() - firstMs) / work.outputTokens)
      learn('durationMs', time.nowMs() - startedMs)
      work.onFinished()
      next()
    },
    onBroken() {
      breaker.failed()
      work.onBroken()
    },
  }
}

/** Opens after three failures in a row, lets one request through when its pause is over, and closes with the first success. */
function simulatedBreaker(time: Timeline) {
  let failures = 0
  let openUntilMs = 0
  let isProbing = false
  const isTripped = () => failures >= BREAKER.failures
  return {
    mayPass(): boolean {
      if (!isTripped()) return true
      if (time.nowMs() < openUntilMs || isProbing) return false
      isProbing = true
      return true
    },
    succeeded() {
      failures = 0
      isProbing = false
    },
    failed() {
      failures += 1
      isProbing = false
      if (isTripped()) openUntilMs = time.nowMs() + BREAKER.openMs
    },
    state(): Pick<EndpointSnapshot, 'breaker' | 'admitShare' | 'closedUntilMs'> {
      if (!isTripped()) return { breaker: 'closed', admitShare: 1, closedUntilMs: null }
      return { breaker: 'open', admitShare: 0, closedUntilMs: openUntilMs }
    },
  }
}
