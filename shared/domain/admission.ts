import { type LeaseRefused, type LeaseRequest, refused } from './lease.ts'
import type { Priority } from './priority.ts'

/**
 * How many rounds of waiting (waiters per slot) it takes until everyone of a band is turned away. The most urgent never are.
 * Development gives way first: beyond two rounds it would wait for two whole answers.
 */
const ROUNDS_UNTIL_SHED: Readonly<Record<Priority, number>> = {
  'production-critical': Number.POSITIVE_INFINITY,
  'production-standard': 8,
  batch: 4,
  development: 2,
}

/**
 * How likely a request is turned away though it could wait, 0..1. The fifth power is llm-d's shape: next to nobody at half of a band's limit, everybody at it,
 * and no cliff between. Its scale is ours: while a slot is free nobody is turned away, since that would only waste it.
 */
export function shedProbability(priority: Priority, waiting: number, slots: number): number {
  const rounds = waiting / Math.max(1, slots)
  return Math.min(1, (rounds / ROUNDS_UNTIL_SHED[priority]) ** 5)
}

/** What there is of an endpoint when someone asks to wait for it. */
export type Crowd = {
  readonly slots: number
  /** Also those of other clients, where the origin tells of them. */
  readonly waiting: number
  /** Who would be served before the newcomer. */
  readonly ahead: number
  /** Between two slots becoming free. */
  readonly intervalMs: number
  readonly isFull: boolean
}

/** May it stand in the queue, and how long for? Who would wait longer than it wants to is told so at once. */
export function decideWaiting(
  { priority, maxWaitMs }: Pick<LeaseRequest, 'priority' | 'maxWaitMs'>,
  { slots, waiting, ahead, intervalMs, isFull }: Crowd,
  random: number,
): LeaseRefused | { readonly expectedWaitMs: number } {
  const expectedWaitMs = Math.ceil((ahead + 1) * intervalMs)
  if (random < shedProbability(priority, waiting, slots)) return refused('shed', expectedWaitMs)
  if (isFull || expectedWaitMs > maxWaitMs || maxWaitMs <= 0) return refused('saturated', expectedWaitMs)
  return { expectedWaitMs }
}
