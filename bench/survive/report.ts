import { cpus } from 'node:os'
import { percentile } from '../lib/stats.ts'
import { table } from '../lib/table.ts'
import type { Finding } from './audit.ts'
import type { Outcome } from './clients.ts'

type Report = {
  readonly atOnce: number
  readonly outcomes: readonly Outcome[]
  readonly elapsedMs: number
  readonly speed: number
  readonly findings: readonly Finding[]
}

const seconds = (ms: number) => (ms / 1_000).toFixed(1)

export function report({ atOnce, outcomes, elapsedMs, speed, findings }: Report) {
  const counts = new Map<string, number>()
  for (const { kind, code } of outcomes) {
    const name = `${kind}: ${code}`
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const rows = [...counts].toSorted(([, a], [, b]) => b - a).map(([name, n]) => [name, String(n)])
  console.log(`\n${table(['what clients saw', 'requests'], rows)}\n`)
  const answered = outcomes.filter(({ kind }) => kind === 'answered')
  const attempts = answered.filter((outcome) => outcome.attempts.length > 1).length
  const firstBytes = answered.flatMap(({ firstByteMs }) => firstByteMs ?? []).toSorted((a, b) => a - b)
  console.log(
    `${outcomes.length} requests, ${atOnce} of them at once, one completion in ten faulty, all over after ${seconds(elapsedMs)} s on ${cpus().length} cores that also run the fleet (${speed} × its hardware) and the clients.`,
  )
  console.log(
    `First byte p50 ${seconds(percentile(firstBytes, 0.5))} s, p99 ${seconds(percentile(firstBytes, 0.99))} s; at least ${attempts} answers needed more than one endpoint.\n`,
  )
  console.log(
    table(
      ['invariant', 'found', ''],
      findings.map(({ what, value, isBroken }) => [what, value, isBroken ? 'BROKEN' : 'ok']),
    ),
  )
}
