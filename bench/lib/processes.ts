import { readdirSync, readFileSync } from 'node:fs'

/** Linux counts in 1/100 s on every architecture Node runs on (USER_HZ). */
const MICROSECONDS_PER_TICK = 10_000

type Stat = {
  readonly pid: number
  readonly parent: number
  readonly name: string
  readonly cpuMicros: number
}

function readStat(pid: string): Stat | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
  // The name stands in parentheses and may itself hold spaces and parentheses.
  const nameEnd = text.lastIndexOf(')')
  const fields = text.slice(nameEnd + 2).split(' ')
  const [parent, userTicks, systemTicks] = [fields[1], fields[11], fields[12]].map(Number)
  if (parent === undefined || userTicks === undefined || systemTicks === undefined) return undefined
  const name = text.slice(text.indexOf('(') + 1, nameEnd)
  return { pid: Number(pid), parent, name, cpuMicros: (userTicks + systemTicks) * MICROSECONDS_PER_TICK }
}

export const hasCpuFigures = process.platform === 'linux'

/** A process and all its descendants. */
function treeOf(root: number): Stat[] {
  if (!hasCpuFigures) return []
  const stats = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => readStat(pid) ?? [])
  const wanted = new Set([root])
  // A child can be listed before its parent, so go on until nothing is added.
  for (let size = 0; size !== wanted.size; ) {
    size = wanted.size
    for (const { pid, parent } of stats) if (wanted.has(parent)) wanted.add(pid)
  }
  return stats.filter(({ pid }) => wanted.has(pid))
}

function sumByName(stats: readonly Stat[], of: (stat: Stat) => number): Map<string, number> {
  const sums = new Map<string, number>()
  for (const stat of stats) sums.set(stat.name, (sums.get(stat.name) ?? 0) + of(stat))
  return sums
}

/** Microseconds of CPU that a process and all its descendants have used, by process name. Empty elsewhere than on Linux. */
export const cpuOfTree = (root: number) => sumByName(treeOf(root), ({ cpuMicros }) => cpuMicros)

/** Bytes of memory that they hold now (resident set), by process name. Empty elsewhere than on Linux. */
export const memoryOfTree = (root: number) => sumByName(treeOf(root), ({ pid }) => residentBytes(pid))

function residentBytes(pid: number): number {
  try {
    const [, kilobytes = 0] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kilobytes) * 1_024
  } catch {
    return 0
  }
}
