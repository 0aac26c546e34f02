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
  const means: Means = { timeToFirstTokenMs: null, timePerOutputTokenMs: null, durationMs: null }
  const learn = (what: keyof Means, sample: number) => {
    means[what] = ewma(means[what], sample)
  }
  const queue: Waiter[] = []
  let failures = 0
  let openUntilMs = 0
  let isProbing = false

  const isOpen = () => time.nowMs() < openUntilMs || (failures >= BREAKER.failures && isProbing)
  const succeeded = () => {
    failures = 0
    openUntilMs = 0
    isProbing = false
  }
  const failed = () => {
    failures += 1
    isProbing = false
    if (failures >= BREAKER.failures) openUntilMs = time.nowMs() + BREAKER.openMs
  }
  const next = () => {
    while (queue[0]?.isGone) queue.shift()
    const [waiter] = queue
    if (waiter && origin.start(watched(waiter.work))) {
      waiter.isGone = true
      queue.shift()
    }
  }
  const watched = (work: Work): Work => {
    const startedMs = time.nowMs()
    let firstMs = 0
    return {
      ...work,
      onFirstToken() {
        firstMs = time.nowMs()
        learn('timeToFirstTokenMs', firstMs - startedMs)
        succeeded()
        work.onFirstToken()
      },
      onFinished() {
        learn('timePerOutputTokenMs', (time.nowMs() - firstMs) / work.outputTokens)
        learn('durationMs', time.nowMs() - startedMs)
        work.onFinished()
        next()
      },
      onBroken() {
        failed()
        work.onBroken()
      },
    }
  }
  return {
    origin,
    failed,
    tryStart(work) {
      if (isOpen()) return 'open'
      if (failures >= BREAKER.failures) isProbing = true
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
      breaker: failures >= BREAKER.failures ? 'open' : 'closed',
      admitShare: failures >= BREAKER.failures ? 0 : 1,
      closedUntilMs: failures >= BREAKER.failures ? openUntilMs : null,
      isHealthy: null,
      lastServedAtMs: origin.lastServedMs(),
      scraped: null,
    }),
  }
}
