import {
  type EngineConfig,
  type EngineEvents,
  end,
  type Job,
  type Plan,
  planStep,
  release,
  type Scheduler,
  type Sequence,
} from './scheduler.ts'

export type Load = { readonly running: number; readonly waiting: number; readonly kvTokens: number }

export type Engine<J extends Job> = {
  /** Returns how to cancel it, which does nothing once it has ended. */
  submit(job: J, nowMs: number): (nowMs: number) => void
  /** Tells everything that happened up to now, in order. */
  advance(nowMs: number): void
  /** When something happens next, if nothing is submitted or cancelled; null when idle. */
  nextDueMs(): number | null
  load(): Load
}

/** Continuous batching in virtual time, step by step, deterministic: it does no more than one pass over its sequences for each token of all of them. */
export function createEngine<J extends Job>(config: EngineConfig, events: EngineEvents<J>): Engine<J> {
  const scheduler: Scheduler<J> = {
    config,
    events,
    arriving: [],
    waiting: [],
    running: [],
    kvTokens: 0,
    clockMs: Number.NEGATIVE_INFINITY,
  }
  let step: Plan<J> | null = null

  function plan(nowMs: number) {
    step ??= planStep(scheduler)
    for (let next = earliestMs(scheduler); !step && next !== null && next <= nowMs; ) {
      scheduler.clockMs = next
      step = planStep(scheduler)
      next = earliestMs(scheduler)
    }
  }

  /** What happens from outside happens now, not when the engine last had something to do. */
  function catchUp(nowMs: number) {
    if (!step) scheduler.clockMs = Math.max(scheduler.clockMs, nowMs)
  }

  return {
    submit(job, nowMs) {
      catchUp(nowMs)
      const sequence = arrive(scheduler, job, nowMs)
      plan(nowMs)
      return (atMs) => {
        if (sequence.isGone) return
        catchUp(atMs)
        release(scheduler, sequence)
        sequence.isGone = true
        plan(atMs)
      }
    },
    advance(nowMs) {
      for (plan(nowMs); step && step.endsMs <= nowMs; plan(nowMs)) {
        const done = step
        step = null
        complete(scheduler, done)
      }
    },
    nextDueMs: () => step?.endsMs ?? earliestMs(scheduler),
    load: () => ({
      running: scheduler.running.length,
      waiting: scheduler.waiting.length,
      kvTokens: scheduler.kvTokens,
    }),
  }
}

function arrive<J extends Job>({ config, arriving }: Scheduler<J>, job: J, nowMs: number): Sequence<J> {
  const readyMs = nowMs + config.entryMs + (job.delayBeforeMs?.(0) ?? 0)
  const sequence: Sequence<J> = {
    job,
    readyMs,
    wasScheduled: false,
    generated: 0,
    prefillLeft: 0,
    kvTokens: 0,
    notBeforeMs: readyMs,
    isGone: false,
  }
  const before = arriving.findLastIndex((other) => other.readyMs <= readyMs)
  arriving.splice(before + 1, 0, sequence)
  return sequence
}

/** The next thing that waits for nothing but time. */
function earliestMs<J extends Job>({ running, arriving, clockMs }: Scheduler<J>): number | null {
  let earliest = arriving[0]?.readyMs ?? Number.POSITIVE_INFINITY
  for (const { notBeforeMs } of running) if (notBeforeMs > clockMs) earliest = Math.min(earliest, notBeforeMs)
  return earliest === Number.POSITIVE_INFINITY ? null : earliest
}

function complete<J extends Job>(scheduler: Scheduler<J>, { decodes, prefills, endsMs }: Plan<J>) {
  scheduler.clockMs = endsMs
  for (const [sequence, tokens] of prefills) {
    sequence.prefillLeft -= tokens
    if (sequence.prefillLeft === 0) tell(scheduler, sequence)
  }
  for (const sequence of decodes) tell(scheduler, sequence)
}

function tell<J extends Job>(scheduler: Scheduler<J>, sequence: Sequence<J>) {
  if (sequence.isGone) return
  const { job } = sequence
  const { events, clockMs } = scheduler
  events.token(job, sequence.generated, clockMs)
  sequence.generated += 1
  sequence.notBeforeMs = clockMs + (job.delayBeforeMs?.(sequence.generated) ?? 0)
  // Whoever was told may have cancelled it.
  if (!sequence.isGone && sequence.generated >= job.outputTokens) end(scheduler, sequence, 'whole')
}
