/** One request as the engine sees it. */
export type Job = {
  readonly promptTokens: number
  /** Infinity never finishes by itself. */
  readonly outputTokens: number
  /** How long the token at this position, counted from 0, is held back besides the engine's own time. */
  readonly delayBeforeMs?: (position: number) => number
}

/** What is worked on together before the next tokens come out. */
export type Step = {
  readonly decoding: number
  /** Tokens in the KV cache of those that decode. */
  readonly contextTokens: number
  readonly prefillTokens: number
}

export type EngineConfig = {
  /** vLLM's max_num_seqs. */
  readonly maxSequences: number
  /** vLLM's max_num_batched_tokens. */
  readonly maxStepTokens: number
  /** No prompt may be longer. */
  readonly kvCapacityTokens: number
  /** From the arrival to the waiting queue: HTTP, tokenising. */
  readonly entryMs: number
  readonly stepMs: (step: Step) => number
}

export type EngineEvents<J extends Job> = {
  /** It leaves the queue for the first time; returns how many tokens of its prompt are cached already. */
  scheduled(job: J, atMs: number): number
  token(job: J, position: number, atMs: number): void
  /** Its place in the KV cache was given to an older one; it waits, and its prompt will be read again. */
  preempted(job: J): void
  /** The last token was told, or there is no memory for another one, even alone. */
  ended(job: J, atMs: number, outcome: 'whole' | 'full'): void
}

export type Sequence<J> = {
  readonly job: J
  /** When it joins the queue. */
  readonly readyMs: number
  wasScheduled: boolean
  generated: number
  prefillLeft: number
  kvTokens: number
  notBeforeMs: number
  isGone: boolean
}

export type Scheduler<J extends Job> = {
  readonly config: EngineConfig
  readonly events: EngineEvents<J>
  /** By readyMs. */
  readonly arriving: Sequence<J>[]
  readonly waiting: Sequence<J>[]
  /** Oldest first. */
  readonly running: Sequence<J>[]
  kvTokens: number
  clockMs: number
}

/** What is computed until `endsMs`, and how many tokens of which prompts. */
export type Plan<J> = {
  readonly endsMs: number
  readonly decodes: readonly Sequence<J>[]
  readonly prefills: readonly (readonly [Sequence<J>, number])[]
}

/** Takes it out of wherever it is, and frees its place in the KV cache. */
export function release<J extends Job>(scheduler: Scheduler<J>, sequence: Sequence<J>): void {
  const { arriving, waiting, running } = scheduler
  for (const list of [running, waiting, arriving]) {
    const index = list.lastIndexOf(sequence)
    if (index >= 0) list.splice(index, 1)
  }
  scheduler.kvTokens -= sequence.kvTokens
  sequence.kvTokens = 0
}

export function end<J extends Job>(
  scheduler: Scheduler<J>,
  sequence: Sequence<J>,
  outcome: 'whole' | 'full',
): void {
  release(scheduler, sequence)
  sequence.isGone = true
  scheduler.events.ended(sequence.job, scheduler.clockMs, outcome)
}

/**
 * vLLM's scheduling: in every step each running sequence gets a token, and what is left of the step's tokens reads prompts, first come,
 * first served, as far as sequences and KV cache allow. Null when there is nothing to do now.
 */
export function planStep<J extends Job>(scheduler: Scheduler<J>): Plan<J> | null {
  const { config, clockMs } = scheduler
  arrive(scheduler)
  const queued = scheduler.waiting.length
  const { decodes, prefills, left } = serveRunning(scheduler)
  // Whoever had to give its place up is not followed by others into it.
  if (scheduler.waiting.length === queued) admitWaiting(scheduler, left, prefills)
  if (decodes.length + prefills.length === 0) return null
  const contextTokens = decodes.reduce((sum, sequence) => sum + sequence.kvTokens, 0)
  const prefillTokens = prefills.reduce((sum, [, tokens]) => sum + tokens, 0)
  const durationMs = config.stepMs({ decoding: decodes.length, contextTokens, prefillTokens })
  return { endsMs: clockMs + durationMs, decodes, prefills }
}

function arrive<J extends Job>({ arriving, waiting, clockMs }: Scheduler<J>) {
  const later = arriving.findIndex(({ readyMs }) => readyMs > clockMs)
  waiting.push(...arriving.splice(0, later === -1 ? arriving.length : later))
}

function serveRunning<J extends Job>(scheduler: Scheduler<J>) {
  const decodes: Sequence<J>[] = []
  const prefills: [Sequence<J>, number][] = []
  let left = scheduler.config.maxStepTokens
  // Only the last ones are ever taken out meanwhile, which this iteration then does not reach.
  for (const sequence of scheduler.running) {
    if (left === 0) break
    if (sequence.notBeforeMs > scheduler.clockMs) continue
    if (sequence.prefillLeft > 0) {
      const tokens = Math.min(sequence.prefillLeft, left)
      prefills.push([sequence, tokens])
      left -= tokens
    } else if (grow(scheduler, sequence)) {
      decodes.push(sequence)
      left -= 1
    }
  }
  return { decodes, prefills, left }
}

function admitWaiting<J extends Job>(
  scheduler: Scheduler<J>,
  budget: number,
  prefills: [Sequence<J>, number][],
) {
  for (let left = budget; left > 0; ) {
    const sequence = admit(scheduler)
    if (!sequence) return
    const tokens = Math.min(sequence.prefillLeft, left)
    prefills.push([sequence, tokens])
    left -= tokens
  }
}

/** Takes the first of the queue in, unless it has to wait. */
function admit<J extends Job>(scheduler: Scheduler<J>): Sequence<J> | null {
  const { config, events, waiting, running } = scheduler
  const [first] = waiting
  if (!first || running.length >= config.maxSequences) return null
  const tokens = first.job.promptTokens + first.generated
  if (scheduler.kvTokens + tokens > config.kvCapacityTokens) return null
  waiting.shift()
  const cached = first.wasScheduled ? 0 : events.scheduled(first.job, scheduler.clockMs)
  first.wasScheduled = true
  // The last token of a prompt is always computed: the next one comes out of it.
  first.prefillLeft = Math.max(1, tokens - cached)
  first.kvTokens = tokens
  scheduler.kvTokens += tokens
  running.push(first)
  return first
}

/** Room for one more token of this one; the youngest make room. False when it is the youngest itself. */
function grow<J extends Job>(scheduler: Scheduler<J>, sequence: Sequence<J>): boolean {
  const { config, events, waiting, running } = scheduler
  while (scheduler.kvTokens >= config.kvCapacityTokens) {
    const youngest = running.at(-1) ?? sequence
    if (running.length === 1) end(scheduler, sequence, 'full')
    else {
      release(scheduler, youngest)
      waiting.unshift(youngest)
      events.preempted(youngest.job)
    }
    if (youngest === sequence) return false
  }
  scheduler.kvTokens += 1
  sequence.kvTokens += 1
  return true
}
