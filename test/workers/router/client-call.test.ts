import type { Context } from 'hono'
import { describe, expect, it } from 'vitest'
import type { ApiEnv } from '../../../shared/api/define-route.ts'
import { clientCall } from '../../../workers/router/client-call.ts'

/** As much of a request as a call takes from it; `patient`: the signal in place of the request's own, for who may come again. */
const contextOf = (signal: AbortSignal, patient?: AbortSignal) =>
  ({
    get: (name: string) => (name === 'clientSignal' ? patient : { requestId: 'req_1' }),
    req: { raw: { signal, cf: undefined } },
  }) as unknown as Context<ApiEnv>

describe('the signal of a call', () => {
  it('aborts when the client is gone, and when its stream is read no longer', () => {
    const gone = new AbortController()
    const first = clientCall(contextOf(gone.signal))
    const second = clientCall(contextOf(gone.signal))
    expect(first.call.clientSignal.aborted).toBe(false)
    first.leave()
    expect([first, second].map(({ call }) => call.clientSignal.aborted)).toEqual([true, false])
    gone.abort()
    expect(second.call.clientSignal.aborted).toBe(true)
  })

  it('heeds only the patient signal where there is one', () => {
    const [gone, patience] = [new AbortController(), new AbortController()]
    const { call } = clientCall(contextOf(gone.signal, patience.signal))
    gone.abort()
    expect(call.clientSignal.aborted).toBe(false)
    patience.abort()
    expect(call.clientSignal.aborted).toBe(true)
  })
})
