/** Virtual time: what is to happen, in order. Things at the same moment happen in the order in which they were planned. */
export type Timeline = {
  nowMs(): number
  at(atMs: number, happen: () => void): void
  /** Until nothing is left to happen, or this moment. */
  run(untilMs: number): void
}

type Event = { readonly atMs: number; readonly order: number; readonly happen: () => void }

export function timeline(): Timeline {
  const heap: Event[] = []
  let nowMs = 0
  let planned = 0
  return {
    nowMs: () => nowMs,
    at(atMs, happen) {
      planned += 1
      push(heap, { atMs: Math.max(nowMs, atMs), order: planned, happen })
    },
    run(untilMs) {
      for (let next = heap[0]; next && next.atMs <= untilMs; next = heap[0]) {
        pop(heap)
        nowMs = next.atMs
        next.happen()
      }
      nowMs = Math.max(nowMs, untilMs)
    },
  }
}

const precedes = (a: Event, b: Event) => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)

function push(heap: Event[], event: Event): void {
  let index = heap.push(event) - 1
  while (index > 0) {
    const above = (index - 1) >> 1
    const parent = heap[above]
    if (!parent || !precedes(event, parent)) break
    heap[index] = parent
    index = above
  }
  heap[index] = event
}

function pop(heap: Event[]): void {
  const last = heap.pop()
  if (!last || heap.length === 0) return
  let index = 0
  for (;;) {
    const child = smallerChild(heap, index)
    const below = heap[child]
    if (!below || !precedes(below, last)) break
    heap[index] = below
    index = child
  }
  heap[index] = last
}

function smallerChild(heap: readonly Event[], index: number): number {
  const [left, right] = [heap[2 * index + 1], heap[2 * index + 2]]
  return 2 * index + (left && right && precedes(right, left) ? 2 : 1)
}
