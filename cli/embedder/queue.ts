import { type BatchLimits, batchesByLength } from './batches.ts'

export type Encode = (batch: readonly (readonly number[])[]) => Promise<Float32Array[]>

export type EmbedQueue = {
  /** Vectors in the order of the texts, or null when the queue has no room for them. */
  embed(texts: readonly (readonly number[])[], signal: AbortSignal): Promise<Float32Array[]> | null
  /** Texts that are waiting or at work. */
  load(): number
}

type Limits = BatchLimits & { readonly maxWaitingTexts: number }

type Job = {
  readonly texts: readonly (readonly number[])[]
  readonly batches: number[][]
  readonly vectors: Float32Array[]
  readonly signal: AbortSignal
  readonly done: PromiseWithResolvers<Float32Array[]>
}

/**
 * One inference at a time. Requests take turns batch by batch, so a question does not wait for a whole corpus;
 * a request whose client left is dropped before its next batch.
 */
export function embedQueue(encode: Encode, limits: Limits): EmbedQueue {
  const jobs: Job[] = []
  let load = 0
  let isWorking = false
  async function work(): Promise<void> {
    if (isWorking) return
    isWorking = true
    for (let job = jobs.shift(); job; job = jobs.shift()) {
      const settle = await turn(job, encode)
      if (settle) {
        // First, so that whoever gets the vectors finds the room they took.
        load -= job.texts.length
        settle()
      } else jobs.push(job)
    }
    isWorking = false
  }
  return {
    load: () => load,
    embed(texts, signal) {
      // Alone it may be of any size; what it waits for is bounded.
      if (load > 0 && load + texts.length > limits.maxWaitingTexts) return null
      const batches = batchesByLength(
        texts.map(({ length }) => length),
        limits,
      )
      const done = Promise.withResolvers<Float32Array[]>()
      jobs.push({ texts, batches, vectors: [], signal, done })
      load += texts.length
      void work()
      return done.promise
    },
  }
}

/** What ends the job, or null while batches are left. */
async function turn(job: Job, encode: Encode): Promise<(() => void) | null> {
  const { texts, batches, vectors, signal, done } = job
  try {
    signal.throwIfAborted()
    const batch = batches.shift() ?? []
    const found = await encode(batch.map((position) => texts[position] ?? []))
    for (const [i, position] of batch.entries()) vectors[position] = found[i] ?? new Float32Array()
    return batches.length > 0 ? null : () => done.resolve(vectors)
  } catch (error) {
    return () => done.reject(error)
  }
}
