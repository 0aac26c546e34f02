import { toUsd } from '../../shared/domain/money.ts'
import type { Asked } from './ask.ts'

/** The decision record of an answer, as every route shows it. */
export function routeFields({ tier, wanted, ranking, session, degraded }: Asked) {
  const { complexity, confidence } = wanted
  const { rejected } = ranking
  const { endpoint, attempts } = session
  return {
    tier: endpoint.tier ?? tier,
    complexity,
    confidence,
    endpoint: endpoint.id,
    configuration: endpoint.configuration,
    provider: endpoint.provider,
    region: endpoint.region,
    level: endpoint.level,
    model: endpoint.model,
    reasons: reasons(tier, session.endpoint.tier, degraded),
    rejected: [...rejected],
    attempts: [...attempts],
  }
}

function reasons(wanted: string, served: string | null, degraded: boolean): string[] {
  const first = `complexity and requirements ask for tier ${wanted}`
  if (degraded) return [first, 'no endpoint could serve; quoting the sources instead']
  if (served !== null && served !== wanted)
    return [first, `no endpoint of tier ${wanted} may serve; tier ${served} takes it`]
  return [first, 'best weighted cost, time and quality among the endpoints that satisfy every constraint']
}

export function spendFields({ session }: Asked) {
  const { promptTokens, completionTokens, costNanoUsd, estimated } = session.spend()
  return { promptTokens, completionTokens, costUsd: toUsd(costNanoUsd), costNanoUsd, estimated }
}

export function timingFields({ session, startedMs, retrievalMs, routeMs }: Asked, nowMs: number) {
  const { queueMs, timeToFirstTokenMs } = session
  const totalMs = nowMs - startedMs
  const generationMs = Math.max(0, totalMs - retrievalMs - routeMs - queueMs)
  return { totalMs, retrievalMs, routeMs, queueMs, timeToFirstTokenMs, generationMs }
}
