import { PRIORITIES, type Priority } from './priority.ts'

/** A line that is passed over for this long rises one band, so the least urgent competes with the most urgent after 15 s. */
export const RISE_EVERY_MS = 5_000
/** More would wait longer than any caller does, and would make every choice dearer. */
export const MAX_WAITING = 1_024

/** A request that waits for a slot. */
export type Waiter = {
  readonly requestId: string
  readonly tenantId: string
  readonly priority: Priority
  readonly tokens: number
  readonly expiresInMs: number
  readonly arrivedAtMs: number
  readonly leavesAtMs: number
}

/** The waiters of one tenant in one band, first come first. */
type Line = {
  readonly tenantId: string
  readonly band: number
  readonly waiters: Waiter[]
  /** When its first waiter came, or when it was last served, whichever is later: a line ages while it is passed over, not while it moves. */
  sinceMs: number
  /** Tokens its tenant has had of this band, on the band's virtual clock (start-time fair queueing, Goyal et al. 1996). */
  served: number
}

/** Everyone who waits at one endpoint. */
export type Queue = {
  readonly lines: Map<string, Line>
  readonly waiters: Map<string, Waiter>
  /** Nobody's wait is over before this. */
  soonestEndMs: number
  /** Where each band's virtual clock stands: at the start of what was last served. */
  readonly clocks: number[]
  /** Lines that ran empty while others wait: whoever comes back continues where it was. */
  readonly remembered: Map<string, number>
}

export const emptyQueue = (): Queue => ({
  lines: new Map(),
  waiters: new Map(),
  soonestEndMs: Number.POSITIVE_INFINITY,
  clocks: PRIORITIES.map(() => 0),
  remembered: new Map(),
})

export function enter(queue: Queue, waiter: Waiter) {
  lineFor(queue, waiter).waiters.push(waiter)
  queue.waiters.set(waiter.requestId, waiter)
  queue.soonestEndMs = Math.min(queue.soonestEndMs, waiter.leavesAtMs)
}

function lineFor(queue: Queue, { tenantId, priority, arrivedAtMs }: Waiter): Line {
  const band = PRIORITIES.indexOf(priority)
  const name = lineName(band, tenantId)
  const known = queue.lines.get(name)
  if (known) return known
  const served = Math.max(queue.clocks[band] ?? 0, queue.remembered.get(name) ?? 0)
  const line = { tenantId, band, waiters: [], sinceMs: arrivedAtMs, served }
  queue.lines.set(name, line)
  return line
}

const lineName = (band: number, tenantId: string) => `${band}|${tenantId}`

/** Takes out whoever is next: the most urgent band, in it the tenant that had the least, of it the first that came. */
export function takeNext(queue: Queue, nowMs: number): Waiter | null {
  let first: Line | null = null
  for (const line of queue.lines.values())
    if (first === null || compare(queue, line, first, nowMs) < 0) first = line
  const waiter = first?.waiters[0]
  if (!first || !waiter) return null
  queue.clocks[first.band] = first.served
  first.served += Math.max(1, waiter.tokens)
  first.sinceMs = nowMs
  leave(queue, waiter.requestId)
  return waiter
}

function compare(queue: Queue, a: Line, b: Line, nowMs: number): number {
  const head = ({ waiters }: Line) => waiters[0]?.arrivedAtMs ?? 0
  return risenBand(a, nowMs) - risenBand(b, nowMs) || ahead(queue, a) - ahead(queue, b) || head(a) - head(b)
}

const risenBand = ({ band, sinceMs }: Line, nowMs: number) =>
  Math.max(0, band - Math.floor(Math.max(0, nowMs - sinceMs) / RISE_EVERY_MS))

/** How many tokens a line is ahead of the others of its band; comparable between bands. */
const ahead = ({ clocks }: Queue, { served, band }: Line) => served - (clocks[band] ?? 0)

export function leave(queue: Queue, requestId: string): Waiter | null {
  const waiter = queue.waiters.get(requestId)
  if (!waiter) return null
  queue.waiters.delete(requestId)
  const name = lineName(PRIORITIES.indexOf(waiter.priority), waiter.tenantId)
  const line = queue.lines.get(name)
  line?.waiters.splice(line.waiters.indexOf(waiter), 1)
  if (line?.waiters.length === 0) {
    queue.lines.delete(name)
    queue.remembered.set(name, line.served)
  }
  // Nobody competes, so nobody is owed anything. That also bounds what is remembered.
  if (queue.lines.size === 0) reset(queue)
  return waiter
}

function reset({ clocks, remembered }: Queue) {
  clocks.fill(0)
  remembered.clear()
}

/** Takes out everyone whose wait is over. */
export function leaveOverdue(queue: Queue, nowMs: number): Waiter[] {
  if (nowMs < queue.soonestEndMs) return []
  return leaveIf(queue, ({ leavesAtMs }) => leavesAtMs <= nowMs)
}

export const leaveAll = (queue: Queue) => leaveIf(queue, () => true)

function leaveIf(queue: Queue, isOver: (waiter: Waiter) => boolean): Waiter[] {
  const over = [...queue.waiters.values()].filter(isOver)
  for (const { requestId } of over) leave(queue, requestId)
  queue.soonestEndMs = Math.min(...[...queue.waiters.values()].map(({ leavesAtMs }) => leavesAtMs))
  return over
}

type Newcomer = Pick<Waiter, 'tenantId' | 'priority'>

/** How many are served before a newcomer: all in more urgent lines, and of each line beside its own as many as of its own. */
export function countAhead(queue: Queue, { tenantId, priority }: Newcomer, nowMs: number): number {
  const band = PRIORITIES.indexOf(priority)
  const own = queue.lines.get(lineName(band, tenantId))
  const ownBand = own ? risenBand(own, nowMs) : band
  const before = own?.waiters.length ?? 0
  let count = before
  for (const line of queue.lines.values()) {
    if (line === own) continue
    const difference = risenBand(line, nowMs) - ownBand
    if (difference < 0) count += line.waiters.length
    else if (difference === 0) count += Math.min(line.waiters.length, before + 1)
  }
  return count
}

/** In a full queue the last of the longest line in the least urgent band makes room, if that line is less urgent or longer than the newcomer's. */
export function displacedBy(queue: Queue, { tenantId, priority }: Newcomer): Waiter | null {
  const band = PRIORITIES.indexOf(priority)
  let longest: Line | null = null
  for (const line of queue.lines.values()) if (longest === null || rank(line) > rank(longest)) longest = line
  const own = queue.lines.get(lineName(band, tenantId))?.waiters.length ?? 0
  return longest && rank(longest) > band * BAND + own + 1 ? (longest.waiters.at(-1) ?? null) : null
}

/** One band outweighs any length. */
const BAND = MAX_WAITING + 1
const rank = ({ band, waiters }: Pick<Line, 'band' | 'waiters'>) => band * BAND + waiters.length

/** Who waits, for people: bands without anyone are left out. */
export function describeQueue({ waiters }: Queue, nowMs: number) {
  return PRIORITIES.flatMap((priority) => {
    const arrivals = [...waiters.values()].filter((w) => w.priority === priority)
    if (arrivals.length === 0) return []
    const oldestMs = nowMs - Math.min(...arrivals.map(({ arrivedAtMs }) => arrivedAtMs))
    return [{ priority, waiting: arrivals.length, oldestMs }]
  })
}
