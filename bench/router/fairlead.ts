// The platform with the benchmark's upstream as its only endpoint. Prints {"url", "apiKey"} and serves until SIGTERM.
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPlatform } from '../../cli/platform/start.ts'
import { BENCH_MODEL } from './workload.ts'

const [upstream = ''] = process.argv.slice(2)
const stateDir = await mkdtemp(join(tmpdir(), 'fairlead-bench-'))
const platform = await startPlatform({ port: 0, stateDir, quiet: true, handbook: false })
process.on('SIGTERM', () => {
  void platform.stop().finally(() => {
    rmSync(stateDir, { recursive: true, force: true })
    process.exit(0)
  })
})

const response = await fetch(`${platform.url}/v1/endpoints/bench`, {
  method: 'PUT',
  headers: { authorization: `Bearer ${platform.adminKey}`, 'content-type': 'application/json' },
  body: JSON.stringify({
    url: upstream,
    model: BENCH_MODEL,
    tier: 's',
    maxConcurrency: 1_000,
    price: { inputUsdPerMTok: 0.1, outputUsdPerMTok: 0.2 },
  }),
})
if (!response.ok) throw new Error(`registering the upstream: ${response.status} ${await response.text()}`)
console.log(JSON.stringify({ url: `${platform.url}/v1/chat/completions`, apiKey: platform.apiKey }))
