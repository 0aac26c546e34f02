import { type EndpointRecord, EXTRACTIVE } from '../../../shared/domain/endpoint.ts'
import type { EndpointSnapshot } from '../../../shared/domain/fleet.ts'
import { type OwnLoad, ownLoad } from '../../../shared/domain/routing/own-load.ts'
import { type PreparedFleet, prepareFleet } from '../../../shared/domain/routing/prepare.ts'
import type { RoutingRequest } from '../../../shared/domain/routing/request.ts'

export const NOW = 1_000_000

export const endpoint = (id: string, rest: Partial<EndpointRecord> = {}): EndpointRecord => ({
  ...EXTRACTIVE,
  id,
  kind: 'openai-compatible',
  tier: 'm',
  level: 'gpu_native',
  quality: 0.7,
  contextTokens: 8_192,
  maxConcurrency: 16,
  inputNanoUsdPerKTok: 100_000,
  outputNanoUsdPerKTok: 100_000,
  nominalTimeToFirstTokenMs: 300,
  nominalTimePerOutputTokenMs: 20,
  ...rest,
})

export const snapshot = (endpointId: string, rest: Partial<EndpointSnapshot> = {}): EndpointSnapshot => ({
  endpointId,
  atMs: NOW,
  inFlight: 0,
  inFlightTokens: 0,
  queued: 0,
  timeToFirstTokenMs: null,
  timePerOutputTokenMs: null,
  durationMs: null,
  errorRate: 0,
  breaker: 'closed',
  admitShare: 1,
  closedUntilMs: null,
  isHealthy: null,
  lastServedAtMs: null,
  scraped: null,
  ...rest,
})

export const request = (rest: Partial<RoutingRequest> = {}): RoutingRequest => ({
  tier: 'm',
  isTierFixed: false,
  model: null,
  requirements: {},
  labels: [],
  estimatedPromptTokens: 100,
  maxPromptTokens: 400,
  maxTokens: 600,
  totalMs: 600_000,
  place: null,
  prefixKey: null,
  nowMs: NOW,
  random: 0.5,
  ...rest,
})

export const fleet = (
  endpoints: readonly EndpointRecord[],
  snapshots: readonly EndpointSnapshot[] = [],
  own: OwnLoad = ownLoad(),
): PreparedFleet => prepareFleet(endpoints, new Map(snapshots.map((one) => [one.endpointId, one])), own, NOW)
