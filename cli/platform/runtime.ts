import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { AT_START } from '../../shared/domain/schedule.ts'
import { EXIT, Failure, systemCode } from '../lib/failure.ts'
import { endWithParent } from './end-with-parent.ts'
import { type LocalWorker, ROUTER } from './workers.ts'

/** The one schedule that the Workers use; another would need a calendar here. */
const EVERY_MINUTE = '* * * * *'

export type Runtime = {
  readonly url: string
  readonly database: D1Database
  /** Does once what the cloud's cron does every minute; at a start also what the queues held and lost. */
  readonly runSchedules: (occasion: 'start' | 'minute') => Promise<void>
  readonly stop: () => Promise<void>
}
export type RuntimeOptions = {
  readonly workers: readonly LocalWorker[]
  /** 0: any free one. */
  readonly port: number
  /** Where databases, objects and buckets keep their files. */
  readonly dataDir: string
  readonly onLog: (message: string) => void
  /** workerd crashed and runs again; what was only in its memory is gone. */
  readonly onRestart: () => void
}

/** All Workers in one workerd that listens itself: no Node in front of it, and nothing beyond this machine is asked. */
export async function startRuntime({
  workers,
  port,
  dataDir,
  onLog,
  onRestart,
}: RuntimeOptions): Promise<Runtime> {
  const options = convertV4MiniflareOptions({
    cf: false,
    telemetry: { enabled: false },
    logRequests: false,
    resourcePersistencePath: dataDir,
    handleStructuredLogs: ({ message }) => onLog(message),
    unsafeHandleRuntimeRestart: onRestart,
    workers: workers.map((worker) =>
      worker.name === ROUTER ? { ...worker, unsafeDirectSockets: [{ host: '127.0.0.1', port }] } : worker,
    ),
  })
  const release = endWithParent('workerd')
  const miniflare = keepingSignals(() => new Miniflare(options))
  const stop = async () => {
    await miniflare.dispose()
    release()
  }
  try {
    const { origin } = await miniflare.unsafeGetDirectURL(ROUTER)
    return {
      url: origin,
      database: await miniflare.getD1Database('DB', ROUTER),
      runSchedules: (occasion) => runSchedules(miniflare, workers, occasion),
      stop,
    }
  } catch (error) {
    await stop().catch(() => {})
    if (systemCode(error) !== 'ERR_ADDRESS_IN_USE') throw error
    throw new Failure(
      EXIT.usage,
      `Port ${port} is taken. Choose another with --port, or stop what uses it.`,
      {
        cause: error,
      },
    )
  }
}

async function runSchedules(
  miniflare: Miniflare,
  workers: readonly LocalWorker[],
  occasion: 'start' | 'minute',
): Promise<void> {
  for (const { name, cronTriggers = [] } of workers)
    for (const cron of cronTriggers) {
      if (cron !== EVERY_MINUTE) throw new Error(`${name}: the schedule "${cron}" cannot run locally`)
      const worker = await miniflare.getWorker(name)
      await worker.scheduled({ cron: occasion === 'start' ? AT_START : cron })
    }
}

/** Miniflare would end this process at the first signal; here the process decides, and workerd ends with it in any case. */
function keepingSignals<T>(create: () => T): T {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  const before = new Set(signals.flatMap((signal) => process.listeners(signal)))
  const created = create()
  for (const signal of signals)
    for (const listener of process.listeners(signal)) if (!before.has(listener)) process.off(signal, listener)
  return created
}
