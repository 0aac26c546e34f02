import { type Body, type Lost, MAX_KEPT_BYTES } from './answer.ts'
import { joined } from './vault.ts'

/**
 * A body that is kept while it is passed on, at the pace of its reader. `onEnd` has run before the reader sees the end. A reader who leaves
 * does not end it: the rest is read for the record, as work that `onLeft` keeps alive.
 */
export function recorded(
  source: ReadableStream<Uint8Array>,
  { onEnd, onLeft }: { onEnd: (body: Body) => Promise<void>; onLeft: (rest: Promise<void>) => void },
): ReadableStream<Uint8Array> {
  const reader = source.getReader()
  let kept: Uint8Array[] = []
  let size = 0
  let lost: Lost | null = null
  let ending: Promise<void> | null = null

  /** Once, however many reads meet the end. */
  const end = () => (ending ??= onEnd({ bytes: joined(kept), lost }))
  const lose = (why: Lost) => {
    lost ??= why
    kept = []
  }
  const next = async (): Promise<Uint8Array | null> => {
    const { done, value } = await reader.read().catch(async (error: unknown) => {
      lose('broken')
      await end()
      throw error
    })
    if (done) {
      await end()
      return null
    }
    size += value.byteLength
    if (size > MAX_KEPT_BYTES) lose('too_long')
    else kept.push(value)
    return value
  }
  const rest = async () => {
    while ((await next()) !== null);
  }

  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const part = await next()
      if (part === null) controller.close()
      else controller.enqueue(part)
    },
    cancel() {
      // What breaks off is recorded as such; nobody is left to be told.
      onLeft(rest().catch(() => undefined))
    },
  })
}
