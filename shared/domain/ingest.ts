import type { DocumentState } from './document.ts'

/** How often indexing of one version is begun before it is given up. */
export const MAX_ATTEMPTS = 10

/** What the database says of a job when a delivery of it arrives. */
export type JobView = {
  readonly state: 'queued' | 'running' | 'done' | 'failed'
  readonly version: number
  readonly attempts: number
  /** Highest version of its document, and whether that one is a tombstone. */
  readonly latestVersion: number
  readonly isDeleted: boolean
  /** Of the job's own version; null when its row is gone. */
  readonly versionState: DocumentState | null
}

export type JobStep = 'nothing' | 'index' | 'remove' | 'supersede' | 'give_up'

/**
 * What a delivery has to do. Deliveries repeat, come late and race, so this is decided from the state, never from the message.
 * A version that reached `indexing` may be visible to readers already, so it is finished even when a newer one waits.
 */
export function nextStep(job: JobView): JobStep {
  const { version, latestVersion, versionState } = job
  if (job.state === 'done' || job.state === 'failed') return 'nothing'
  if (job.isDeleted && version === latestVersion) return 'remove'
  if (versionState === null || versionState === 'deleted') return 'supersede'
  if (version < latestVersion && versionState !== 'indexing') return 'supersede'
  return job.attempts >= MAX_ATTEMPTS ? 'give_up' : 'index'
}

/** Doubles from 2 s to 30 s. */
export function retryDelaySeconds(attempts: number): number {
  return Math.min(30, 2 ** Math.max(1, attempts))
}

/** Cuts a list into runs whose bytes stay within the limit; one item alone may be larger. */
export function groupByBytes<T extends { readonly bytes: number }>(
  items: readonly T[],
  maxBytes: number,
): T[][] {
  const groups: T[][] = []
  let sum = Number.POSITIVE_INFINITY
  for (const item of items) {
    if (sum + item.bytes > maxBytes) {
      groups.push([])
      sum = 0
    }
    groups.at(-1)?.push(item)
    sum += item.bytes
  }
  return groups
}

/** What is embedded of a chunk: its own words after the title and the headings that they stand under. */
export function contextualText(title: string, headings: readonly string[], text: string): string {
  return [title, headings.join(' > '), text].filter((line) => line !== '').join('\n')
}
