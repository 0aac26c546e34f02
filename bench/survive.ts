// npm run bench:survive: thousands of requests at once against a simulated fleet that fails in every way, and whether anything was lost.
import { rmSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { enrolFleet } from '../cli/fleet/enrol.ts'
import { apiClient } from '../cli/lib/client.ts'
import { startPlatform } from '../cli/platform/start.ts'
import { audit } from './survive/audit.ts'
import { place } from './survive/clients.ts'
import { inCrowd, mostAtOnce } from './survive/crowd.ts'
import { breakThings } from './survive/faults.ts'
import { makeOrders } from './survive/orders.ts'
import { prepare, spendingWatch } from './survive/prepare.ts'
import { report } from './survive/report.ts'

const HELP = `npm run bench:survive -- [options]
  --requests N   in all (10000)
  --at-once N    under way at the same time (as many as the limit of open files allows, 6000 with 20000)
  --speed N      how many times faster than its hardware the fleet is (20)
  --seed N       of the mix and the faults (1)
Fails when a client saw neither a whole answer nor an error that says what happened, when money was overspent or is missing,
when a slot stays taken, or when an origin went on generating for nobody.`

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    'at-once': { type: 'string', default: String(mostAtOnce()) },
    speed: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    help: { type: 'boolean', default: false },
  },
})
const [count = 1, atOnce = 1, speed = 1, seed = 1] = [
  values.requests,
  values['at-once'],
  values.speed,
  values.seed,
].map(Number)
if (values.help || [count, atOnce, speed, seed].some((number) => !(number >= 1 && number <= 100_000))) {
  console.log(HELP)
  process.exit(values.help ? 0 : 2)
}

const stateDir = await mkdtemp(join(tmpdir(), 'fairlead-survive-'))
const platform = await startPlatform({ port: 0, stateDir, quiet: true, handbook: false })
const fleet = await enrolFleet(platform, { timeScale: speed, seed })
try {
  const operator = apiClient({ url: platform.url, key: platform.adminKey })
  const callers = await prepare(platform.url, operator)
  const orders = makeOrders(count, callers.length, seed)
  const watch = spendingWatch(operator, callers)
  const stopBreaking = breakThings(fleet.members, Math.min(count, 2_000), seed)
  const startedMs = performance.now()
  const outcomes = await inCrowd(orders, atOnce, async (order) => {
    const caller = callers[order.caller]
    if (!caller) throw new Error(`no caller ${order.caller}`)
    return place(platform.url, caller, order)
  })
  const elapsedMs = performance.now() - startedMs
  stopBreaking()
  const busiest = await watch.stop()
  // The last settlements are on their way for some milliseconds, and a lease may have lost its holder.
  await sleep(2_000)
  const findings = await audit({ operator, callers, members: fleet.members, outcomes, busiest })
  report({ atOnce: Math.min(atOnce, count), outcomes, elapsedMs, speed, findings })
  if (findings.some(({ isBroken }) => isBroken)) process.exitCode = 1
} finally {
  await platform.stop()
  await fleet.stop()
  rmSync(stateDir, { recursive: true, force: true })
}
