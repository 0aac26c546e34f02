import type { Context } from 'hono'
import type { ApiEnv } from '../../shared/api/define-route.ts'
import { placeOf } from '../../shared/domain/routing/place.ts'
import type { Ask } from './ask.ts'

export type ClientCall = Pick<Ask, 'context' | 'isBeside' | 'place' | 'clientSignal' | 'waitUntil'>

/** What a request brings beside its body. `leave` tells that nobody reads the stream any more, which its own signal does not. */
export function clientCall(c: Context<ApiEnv>): { readonly call: ClientCall; readonly leave: () => void } {
  const left = new AbortController()
  const call: ClientCall = {
    context: c.get('context'),
    isBeside: false,
    place: placeOf(c.req.raw.cf),
    clientSignal: AbortSignal.any([c.get('clientSignal') ?? c.req.raw.signal, left.signal]),
    waitUntil: (work) => c.executionCtx.waitUntil(work),
  }
  return { call, leave: () => left.abort() }
}
