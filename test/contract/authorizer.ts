import { afterAll, beforeAll, expect, it } from 'vitest'
import { AppError } from '../../shared/errors.ts'
import type { Authorizer, OutgoingRequest } from '../../shared/ports/authorizer.ts'

/** Somebody who checks the proof, how to prove it, and what must never be told. */
export type Checker = {
  readonly url: string
  readonly authorizer: Authorizer
  readonly impostor: Authorizer
  readonly secrets: readonly string[]
  readonly close: () => Promise<void>
}

const never = () => new AbortController().signal

/** Every Authorizer adapter passes this unchanged, against a party that checks what it is shown. */
export function authorizerContract(start: () => Promise<Checker>) {
  let checker: Checker
  beforeAll(async () => {
    checker = await start()
  })
  afterAll(() => checker.close())

  const outgoing = (text = 'Hello'): OutgoingRequest => ({
    method: 'POST',
    url: `${checker.url}/chat/completions`,
    headers: { 'content-type': 'application/json', 'x-own': '  two  spaces ' },
    body: JSON.stringify({ model: 'test/model', messages: [{ role: 'user', content: text }] }),
  })
  const send = async (authorizer: Authorizer, request: OutgoingRequest) => {
    const { method, url, body } = request
    return fetch(url, { method, headers: await authorizer.authorize(request, never()), body })
  }

  it('is believed, and again for another request', async () => {
    expect((await send(checker.authorizer, outgoing())).status).toBe(200)
    expect((await send(checker.authorizer, outgoing('Grüße 東京'))).status).toBe(200)
  })

  it('is believed for many at once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => send(checker.authorizer, outgoing(`${n}`))),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200))
  })

  it('adds to the headers and changes none, nor the request itself', async () => {
    const request = Object.freeze({ ...outgoing(), headers: Object.freeze(outgoing().headers) })
    expect(await checker.authorizer.authorize(request, never())).toMatchObject(request.headers)
  })

  it('an impostor is not believed, and no secret is told', async () => {
    const outcome = await send(checker.impostor, outgoing()).catch((error: unknown) => AppError.from(error))
    const { status } = outcome
    expect(outcome instanceof AppError ? outcome.code : status).toSatisfy((seen) =>
      ['upstream_rejected', 401, 403].includes(seen),
    )
    const told =
      outcome instanceof AppError
        ? `${JSON.stringify(outcome)} ${outcome.stack} ${String(outcome.cause)}`
        : ''
    expect(checker.secrets.filter((secret) => told.includes(secret))).toEqual([])
  })
}
