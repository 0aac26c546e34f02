import type { z } from 'zod'
import type { endpointRequest } from '../../shared/api/endpoint-request.ts'
import type { EndpointRow } from '../../shared/db/endpoints.ts'
import type { EndpointSnapshot } from '../../shared/domain/fleet.ts'
import { isPrivateHost } from '../../shared/domain/host.ts'
import {
  nanoPerKTokToUsdPerMTok,
  nanoPerSecondToUsdPerHour,
  usdPerHourToNanoPerSecond,
  usdPerMTokToNanoPerKTok,
} from '../../shared/domain/money.ts'
import type { EndpointState } from '../../shared/ports/objects.ts'

/** Beside each other: a larger model answers better until someone has measured these. */
const QUALITY_OF_TIER = { s: 0.55, m: 0.7, l: 0.85, xl: 0.95 } as const

/** As it is stored. Whether an endpoint is drained is no part of what is said of it. */
export function rowOf({ price, url, quality, nominal, ...body }: z.output<typeof endpointRequest>) {
  return {
    ...body,
    url: url.replace(/\/+$/, ''),
    quality: quality ?? QUALITY_OF_TIER[body.tier],
    inputNanoUsdPerKTok: usdPerMTokToNanoPerKTok(price.inputUsdPerMTok),
    outputNanoUsdPerKTok: usdPerMTokToNanoPerKTok(price.outputUsdPerMTok),
    gpuNanoUsdPerSecond: usdPerHourToNanoPerSecond(price.gpuUsdPerHour),
    nominalTimeToFirstTokenMs: nominal?.timeToFirstTokenMs ?? null,
    nominalTimePerOutputTokenMs: nominal?.timePerOutputTokenMs ?? null,
  }
}

/** What was stored, in the words of the request. */
export function requestOf(row: EndpointRow) {
  const { id: _id, drained: _drained, updatedAtMs: _updated, ...rest } = row
  const { inputNanoUsdPerKTok, outputNanoUsdPerKTok, gpuNanoUsdPerSecond, ...priced } = rest
  const { nominalTimeToFirstTokenMs, nominalTimePerOutputTokenMs, ...said } = priced
  return {
    ...said,
    price: {
      inputUsdPerMTok: nanoPerKTokToUsdPerMTok(inputNanoUsdPerKTok),
      outputUsdPerMTok: nanoPerKTokToUsdPerMTok(outputNanoUsdPerKTok),
      gpuUsdPerHour: nanoPerSecondToUsdPerHour(gpuNanoUsdPerSecond),
    },
    nominal:
      nominalTimeToFirstTokenMs === null || nominalTimePerOutputTokenMs === null
        ? null
        : {
            timeToFirstTokenMs: nominalTimeToFirstTokenMs,
            timePerOutputTokenMs: nominalTimePerOutputTokenMs,
          },
  }
}

/** The registration without what the object knows: what the audit keeps. */
export const registrationOf = (row: EndpointRow) => ({
  id: row.id,
  ...requestOf(row),
  drained: row.drained,
})

/** As the API shows it, but for `live`. */
export const endpointFields = (row: EndpointRow) => ({
  ...registrationOf(row),
  updatedAt: iso(row.updatedAtMs),
  warnings: warningsOf(row),
})

/** Whether a name leads to a private network cannot be known here, so it is said and not refused. */
function warningsOf({ url, healthUrl, metricsUrl }: EndpointRow): string[] {
  return Object.entries({ url, healthUrl, metricsUrl }).flatMap(([field, address]) =>
    address !== null && address.startsWith('http:') && !isPrivateHost(new URL(address).hostname)
      ? [`${field}: http to a host outside a private network; what is sent can be read on the way`]
      : [],
  )
}

export function snapshotFields(snapshot: EndpointSnapshot, nowMs: number) {
  const { scraped, closedUntilMs, lastServedAtMs } = snapshot
  return {
    at: iso(snapshot.atMs),
    inFlight: snapshot.inFlight,
    inFlightTokens: snapshot.inFlightTokens,
    queued: snapshot.queued,
    timeToFirstTokenMs: snapshot.timeToFirstTokenMs,
    timePerOutputTokenMs: snapshot.timePerOutputTokenMs,
    durationMs: snapshot.durationMs,
    errorRate: snapshot.errorRate,
    breaker: snapshot.breaker,
    admitShare: snapshot.admitShare,
    closedUntil: closedUntilMs === null ? null : iso(closedUntilMs),
    healthy: snapshot.isHealthy,
    lastServedAt: lastServedAtMs === null ? null : iso(lastServedAtMs),
    scraped: scraped && scrapedFields(scraped, nowMs),
  }
}

const scrapedFields = (
  { atMs, running, waiting, kvCacheUsage }: NonNullable<EndpointSnapshot['scraped']>,
  nowMs: number,
) => ({ at: iso(atMs), ageMs: Math.max(0, nowMs - atMs), running, waiting, kvCacheUsage })

export const stateFields = (state: EndpointState, nowMs: number) => ({
  ...snapshotFields(state, nowMs),
  served: state.served,
  failed: state.failed,
  drained: state.drained,
  queue: state.queue.map((band) => ({ ...band })),
  expectedWaitMs: state.expectedWaitMs,
})

const iso = (ms: number) => new Date(ms).toISOString()
