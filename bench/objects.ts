// npm run bench:objects: what the objects on the path of every request cost, inside workerd, without any HTTP.
import { resolve } from 'node:path'
import { build } from 'esbuild'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { cpuOfTree } from './lib/processes.ts'
import { median } from './lib/stats.ts'
import { table } from './lib/table.ts'

const ROUNDS = 5

async function startWorker(): Promise<Miniflare> {
  const { outputFiles } = await build({
    entryPoints: [resolve(import.meta.dirname, 'objects/worker.ts')],
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker'],
    external: ['cloudflare:*'],
    logLevel: 'silent',
  })
  return new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      telemetry: { enabled: false },
      workers: [
        {
          name: 'objects',
          compatibilityDate: '2026-11-01',
          modules: [{ type: 'ESModule', path: 'worker.js', contents: outputFiles[0]?.text ?? '' }],
          bindings: { FLEET_REGIONS: 'main' },
          durableObjects: {
            ENDPOINTS: { className: 'Endpoint', useSQLite: true },
            FLEETS: { className: 'Fleet', useSQLite: true },
          },
        },
      ],
    }),
  )
}

/** CPU microseconds of workerd for each of `count`, beyond what the same request costs without any: the median of five rounds after one to warm up. */
async function microsPer(miniflare: Miniflare, path: string, count: number): Promise<string> {
  const micros = async (calls: number) => {
    const before = cpuOfTree(process.pid).get('workerd') ?? 0
    const response = await miniflare.dispatchFetch(`http://bench${path}&calls=${calls}`)
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return (cpuOfTree(process.pid).get('workerd') ?? 0) - before
  }
  const samples: number[] = []
  for (let round = 0; round <= ROUNDS; round += 1) {
    const setup = await micros(0)
    const all = await micros(count)
    if (round > 0) samples.push((all - setup) / count)
  }
  return median(samples).toFixed(1)
}

const miniflare = await startWorker()
try {
  const rows: string[][] = []
  for (const [group, waiting] of [
    [1, 0],
    [16, 0],
    [64, 0],
    [64, 900],
  ] as const) {
    const calls = Math.ceil(4_096 / group)
    const micros = Number(await microsPer(miniflare, `/apply?group=${group}&waiting=${waiting}`, calls))
    const what = `acquire + release, ${group} a call${waiting > 0 ? `, ${waiting} waiting` : ''}`
    rows.push([what, (micros / group).toFixed(1)])
  }
  for (const changed of [0, 1, 50, 300]) {
    const micros = await microsPer(miniflare, `/fleet?endpoints=1250&changed=${changed}`, 100)
    const what =
      changed === 0 ? 'whole read of 1,250 endpoints' : `${changed} pushes and the read of the changes`
    rows.push([what, micros])
  }
  console.log(table(['CPU of workerd, µs', 'median'], rows))
} finally {
  await miniflare.dispose()
}
