import type { Choosing } from './choose.ts'
import { type Considered, decide } from './decide.ts'
import type { Explanation } from './explain.ts'
import type { RoutingPolicy } from './policy.ts'

/** A decision as it was recorded: enough to make it again under another policy. */
export type RecordedDecision = Pick<Explanation, 'candidates' | 'rejected'> & { readonly request: Choosing }

/** Sums over the decisions that had a candidate, as they were and as they would have been. Means per request. */
export type Replayed = {
  readonly decisions: number
  /** Where nobody could serve, or the other policy lets nobody serve. */
  readonly unroutable: number
  readonly before: Outcome
  readonly after: Outcome
  /** Share of decisions that would have gone to another endpoint, 0..1. */
  readonly movedShare: number
  /** Requests that would have gone to each endpoint, most first. */
  readonly endpoints: readonly {
    readonly endpoint: string
    readonly before: number
    readonly after: number
  }[]
}

export type Outcome = {
  readonly expectedNanoUsd: number
  readonly predictedMs: number
  readonly quality: number
}

/**
 * What `policy` would have chosen with the same requests, loads and random numbers. It cannot know how the loads would have changed had it
 * been in force all along; the simulator can (docs/routing.md).
 */
export function replay(records: readonly RecordedDecision[], policy: RoutingPolicy): Replayed {
  const pairs = records.flatMap((record) => {
    const before = chosenIn(record)
    const after = decide(record.request, record.candidates, policy).order[0]
    return before && after ? [{ before, after }] : []
  })
  const moved = pairs.filter(({ before, after }) => before.endpoint !== after.endpoint).length
  return {
    decisions: records.length,
    unroutable: records.length - pairs.length,
    before: meanOf(pairs.map(({ before }) => before)),
    after: meanOf(pairs.map(({ after }) => after)),
    movedShare: pairs.length === 0 ? 0 : moved / pairs.length,
    endpoints: countsOf(pairs),
  }
}

/** The first candidate, unless the policy did not let its tier stand in. */
function chosenIn({ candidates, rejected }: RecordedDecision): Considered | undefined {
  const [first] = candidates
  return rejected.some(({ endpoint }) => endpoint === first?.endpoint) ? undefined : first
}

function meanOf(chosen: readonly Considered[]): Outcome {
  const mean = (of: (one: Considered) => number) =>
    chosen.reduce((sum, one) => sum + of(one), 0) / Math.max(1, chosen.length)
  return {
    expectedNanoUsd: mean((one) => one.expectedNanoUsd),
    predictedMs: mean((one) => one.predictedMs),
    quality: mean((one) => one.terms.quality),
  }
}

function countsOf(pairs: readonly { readonly before: Considered; readonly after: Considered }[]) {
  const counts = new Map<string, { before: number; after: number }>()
  const count = ({ endpoint }: Considered) => {
    const known = counts.get(endpoint) ?? { before: 0, after: 0 }
    counts.set(endpoint, known)
    return known
  }
  for (const { before, after } of pairs) {
    count(before).before += 1
    count(after).after += 1
  }
  return [...counts]
    .map(([endpoint, known]) => ({ endpoint, ...known }))
    .toSorted((a, b) => b.after - a.after || (a.endpoint < b.endpoint ? -1 : 1))
}
