// npm run bench:router: what a request costs through each gateway, from one run whose rounds take turns over the servers.
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { load } from './lib/load.ts'
import { cpuOfTree, hasCpuFigures } from './lib/processes.ts'
import { median } from './lib/stats.ts'
import { table } from './lib/table.ts'
import { type Server, startServers } from './router/servers.ts'
import { MODES, type Mode } from './router/workload.ts'

const HELP = `npm run bench:router -- [options]
  --rounds N         times each cell is measured, taking turns over the servers (5)
  --seconds N        length of one measurement (2)
  --connections LIST comma-separated (1,16,64)
  --at-most N        fail when Fairlead's CPU is more than N times the bare proxy's in any cell
  --json FILE        every figure of every round, too
  --litellm          also LiteLLM, installed into .bench/ with pip
  --no-portkey       without Portkey        --no-fairlead  without Fairlead`

type Sample = {
  readonly round: number
  readonly mode: Mode
  readonly connections: number
  readonly server: string
  readonly requests: number
  readonly errors: number
  readonly requestsPerSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly cpuMicros: number
  readonly cpuByProcess: Readonly<Record<string, number>>
}

function readOptions() {
  const { values } = parseArgs({
    allowNegative: true,
    options: {
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '2' },
      connections: { type: 'string', default: '1,16,64' },
      'at-most': { type: 'string', default: 'Infinity' },
      json: { type: 'string' },
      litellm: { type: 'boolean', default: false },
      portkey: { type: 'boolean', default: true },
      fairlead: { type: 'boolean', default: true },
      help: { type: 'boolean', default: false },
    },
  })
  const numbers = [values.rounds, values.seconds, ...values.connections.split(',')].map(Number)
  if (numbers.some((number) => !Number.isInteger(number) || number < 1 || number > 1_000))
    throw new Error(`options take whole numbers from 1 to 1000\n${HELP}`)
  const [rounds = 1, seconds = 1, ...connections] = numbers
  return { ...values, rounds, seconds, connections }
}

/** CPU of the whole process tree over exactly the requests it served, per request. */
async function measure(
  server: Server,
  mode: Mode,
  connections: number,
  seconds: number,
  round: number,
): Promise<Sample> {
  const before = cpuOfTree(server.pid)
  const result = await load(server.target(mode), connections, seconds)
  // What a server does after its last answer (settling, logging) belongs to the requests.
  await sleep(200)
  const cpuByProcess: Record<string, number> = {}
  for (const [name, micros] of cpuOfTree(server.pid))
    cpuByProcess[name] = (micros - (before.get(name) ?? 0)) / result.requests
  const cpuMicros = Object.values(cpuByProcess).reduce((sum, micros) => sum + micros, 0)
  return { round, mode, connections, server: server.name, ...result, cpuMicros, cpuByProcess }
}

const rotated = <T>(list: readonly T[], by: number): T[] => [
  ...list.slice(by % list.length),
  ...list.slice(0, by % list.length),
]

async function runRounds(
  servers: readonly Server[],
  { rounds, seconds, connections }: ReturnType<typeof readOptions>,
) {
  for (const server of servers) for (const mode of MODES) await load(server.target(mode), 16, 2)
  const samples: Sample[] = []
  for (let round = 0; round < rounds; round++) {
    process.stderr.write(`round ${round + 1} of ${rounds}\n`)
    for (const mode of MODES)
      for (const count of connections)
        for (const server of rotated(servers, round))
          samples.push(await measure(server, mode, count, seconds, round))
  }
  return samples
}

/** Median over rounds of the CPU ratio to `base` in the same round: what the machine does meanwhile hits both. NaN when there is none. */
function ratio(own: readonly Sample[], base: readonly Sample[]): number {
  const ratios = own.flatMap(({ round, cpuMicros }) => {
    const other = base.find((sample) => sample.round === round)
    return other ? [cpuMicros / other.cpuMicros] : []
  })
  return ratios.length > 0 && hasCpuFigures ? median(ratios) : Number.NaN
}

const shownRatio = (value: number) => (Number.isNaN(value) ? '–' : value.toFixed(2))

/** Cells in which Fairlead costs more than `limit` bare proxies. */
function overLimit(samples: readonly Sample[], connections: readonly number[], limit: number): string[] {
  return MODES.flatMap((mode) =>
    connections.flatMap((count) => {
      const of = (name: string) =>
        samples.filter((one) => one.server === name && one.mode === mode && one.connections === count)
      const value = ratio(of('fairlead'), of('bare proxy'))
      return value > limit ? [`${mode} at ${count} connections: ${shownRatio(value)} × the bare proxy`] : []
    }),
  )
}

function rows(
  samples: readonly Sample[],
  names: readonly string[],
  mode: Mode,
  connections: number,
): string[][] {
  const cell = samples.filter((sample) => sample.mode === mode && sample.connections === connections)
  const of = (name: string) => cell.filter(({ server }) => server === name)
  return names.map((name) => {
    const own = of(name)
    const middle = (pick: (sample: Sample) => number, digits: number) => median(own.map(pick)).toFixed(digits)
    return [
      `${mode} ${name}`,
      String(connections),
      middle(({ requestsPerSecond }) => requestsPerSecond, 0),
      middle(({ p50Ms }) => p50Ms, 2),
      middle(({ p99Ms }) => p99Ms, 2),
      hasCpuFigures ? middle(({ cpuMicros }) => cpuMicros, 0) : '–',
      shownRatio(ratio(own, of('bare proxy'))),
      shownRatio(ratio(own, of('portkey'))),
      String(own.reduce((sum, { errors }) => sum + errors, 0)),
    ]
  })
}

function print(
  samples: readonly Sample[],
  names: readonly string[],
  options: ReturnType<typeof readOptions>,
) {
  const header = [
    'server',
    'connections',
    'requests/s',
    'p50 ms',
    'p99 ms',
    'CPU µs/request',
    '× bare',
    '× portkey',
    'errors',
  ]
  const all = MODES.flatMap((mode) =>
    options.connections.flatMap((count) => rows(samples, names, mode, count)),
  )
  console.log(`\n${table(header, all)}\n`)
  console.log(
    `Medians of ${options.rounds} rounds of ${options.seconds} s on ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}.`,
  )
  console.log(
    'CPU is user and system time of the server with all its child processes; load generator and upstream run beside them.',
  )
  if (!hasCpuFigures) console.log('CPU figures need Linux (/proc) and are left out here.')
}

async function main() {
  const options = readOptions()
  if (options.help) {
    console.log(HELP)
    return
  }
  const servers: Server[] = []
  const notes: string[] = []
  try {
    await startServers(
      options,
      (server) => servers.push(server),
      (note) => notes.push(note),
    )
    const samples = await runRounds(servers, options)
    print(
      samples,
      servers.map(({ name }) => name),
      options,
    )
    for (const note of notes) console.log(note)
    if (options.json) writeFileSync(options.json, `${JSON.stringify({ options, notes, samples }, null, 2)}\n`)
    const slow = overLimit(samples, options.connections, Number(options['at-most']))
    for (const cell of slow) console.error(`More than allowed: ${cell}`)
    if (slow.length > 0 || samples.some(({ errors }) => errors > 0)) process.exitCode = 1
  } finally {
    for (const server of servers.toReversed()) await server.stop()
  }
}

await main()
