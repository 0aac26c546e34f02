import { parseVllmMetrics, type VllmLoad } from '../../../shared/domain/vllm-metrics.ts'
import { readLimited } from '../../../shared/http/body.ts'

const TIMEOUT_MS = 2_000
const MAX_METRICS_BYTES = 1_000_000

/** What an origin says of itself; null where it was not asked, or said nothing that can be used. */
export type Look = { readonly isHealthy: boolean | null; readonly load: VllmLoad | null }

/** Asks the two addresses of a registration side by side. Never throws, never takes longer than two seconds. */
export async function lookAt(origin: {
  readonly healthUrl: string | null
  readonly metricsUrl: string | null
}): Promise<Look> {
  const [isHealthy, load] = await Promise.all([
    origin.healthUrl === null ? null : isHealthyAt(origin.healthUrl),
    origin.metricsUrl === null ? null : loadAt(origin.metricsUrl),
  ])
  return { isHealthy, load }
}

async function isHealthyAt(url: string): Promise<boolean> {
  try {
    const response = await get(url)
    await response.body?.cancel()
    return response.status < 400
  } catch {
    return false
  }
}

async function loadAt(url: string): Promise<VllmLoad | null> {
  try {
    const response = await get(url)
    if (response.ok) return parseVllmMetrics(await readLimited(response, MAX_METRICS_BYTES))
    await response.body?.cancel()
    return null
  } catch {
    // An unreadable number is an old number; its age shows.
    return null
  }
}

/** A registered address is asked, never what it points to. */
const get = (url: string) => fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(TIMEOUT_MS) })
