import { type Origin, startOrigin } from '../../cli/fleet/origin.ts'
import type { OriginFault, Stage } from '../contract/generator.ts'
import type { Double } from './gate.ts'

/** The model server behind every vendor of the contract. */
export const stageOrigin = (script: { answer?: string; tokenDelayMs?: number }): Promise<Origin> =>
  startOrigin({ ...script, model: 'test/model', contextTokens: 4_096 })

/** Faults that the model server has itself. */
export function breakOrigin(origin: Origin, fault: OriginFault): void {
  if (fault === 'throttled') origin.script({ kind: 'refuse', status: 429, retryAfter: 7 })
  else if (fault === 'overloaded') origin.script({ kind: 'refuse', status: 503 })
  else if (fault === 'html') origin.script({ kind: 'html', status: 200 })
  else origin.script({ kind: 'cut', afterTokens: 3 })
}

/** What the contract sees of a double. */
export function stageOf(
  { origin, close }: Pick<Double, 'origin' | 'close'>,
  generator: Stage['generator'],
  script: Stage['script'] = (fault) => breakOrigin(origin, fault),
): Stage {
  return {
    generator,
    script,
    abandoned: () => origin.requests.filter(({ disconnected }) => disconnected).length,
    generated: () => origin.requests.at(-1)?.tokenTimesMs.length ?? 0,
    close,
  }
}
