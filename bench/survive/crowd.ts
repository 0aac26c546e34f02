import { readFileSync } from 'node:fs'

/** workerd holds two descriptors for each connection, of clients and of origins alike; the rest is for databases and everything else. */
const PER_CONNECTION = 2
const OTHERS = 8_000

/** How many clients a platform on this machine can have at once: its limit of open files decides. */
export function mostAtOnce(): number {
  try {
    const line = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))
    return Math.max(100, Math.floor((Number(line?.[1] ?? 1_024) - OTHERS) / PER_CONNECTION))
  } catch {
    return 1_000
  }
}

/** Runs all, at most `atOnce` at a time, each beginning as soon as there is room. */
export async function inCrowd<T, R>(
  items: readonly T[],
  atOnce: number,
  run: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  const queue = [...items.entries()]
  let next = 0
  const worker = async () => {
    for (let entry = queue[next++]; entry; entry = queue[next++]) results[entry[0]] = await run(entry[1])
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker))
  return results
}
