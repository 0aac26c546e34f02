import { AppError } from '../../../shared/errors.ts'

export type Watchdog = {
  readonly signal: AbortSignal
  /** The next sign of life must come within `ms`; `what` names it in the error. `isFair`: whoever takes longer than that is at fault. */
  expect(ms: number, what: string, isFair: boolean): void
  /** The origin has spoken; now the reader must come for the next word within `ms`, or counts as gone. */
  expectReader(ms: number): void
  /** The caller gave up: not a fault of the origin. */
  cancel(): void
  readonly isCancelled: boolean
  stop(): void
}

/** Marks a failure that says more of the caller's patience than of the endpoint. */
export const IMPATIENT = { isImpatient: true } as const

/** Aborts a call that is silent for too long, or takes longer than `totalMs` in all. One timer, however many tokens pass. */
export function watchdog(totalMs: number, now: () => number): Watchdog {
  const controller = new AbortController()
  const endsAtMs = now() + totalMs
  type Expected = { readonly atMs: number; readonly what: string | null; readonly isFair: boolean }
  let expected: Expected = { atMs: endsAtMs, what: 'answer', isFair: false }
  let wakesAtMs = Number.POSITIVE_INFINITY
  let timer: ReturnType<typeof setTimeout> | undefined
  let isCancelled = false

  const expect = (ms: number, what: string | null, isFair: boolean) => {
    expected = { atMs: now() + ms, what, isFair }
    sleep()
  }
  const sleep = () => {
    const atMs = Math.min(expected.atMs, endsAtMs)
    // A deadline that moved back is noticed when the earlier timer rings.
    if (atMs >= wakesAtMs || controller.signal.aborted) return
    clearTimeout(timer)
    wakesAtMs = atMs
    timer = setTimeout(ring, Math.max(0, atMs - now()))
  }
  const cancel = () => {
    isCancelled = true
    controller.abort(new AppError('upstream_unavailable', 'The client left'))
  }
  const ring = () => {
    wakesAtMs = Number.POSITIVE_INFINITY
    const isTotal = now() >= endsAtMs
    if (!isTotal && now() < expected.atMs) return sleep()
    if (!isTotal && expected.what === null) return cancel()
    const what = isTotal ? `whole answer within ${totalMs} ms` : `${expected.what} in time`
    const isImpatient = isTotal || !expected.isFair
    const message = `The model server did not send the ${what}`
    controller.abort(new AppError('upstream_timeout', message, { details: isImpatient ? IMPATIENT : {} }))
  }
  return {
    signal: controller.signal,
    expect,
    expectReader: (ms) => expect(ms, null, false),
    cancel,
    get isCancelled() {
      return isCancelled
    },
    stop: () => clearTimeout(timer),
  }
}
