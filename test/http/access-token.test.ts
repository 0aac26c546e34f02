import { describe, expect, it } from 'vitest'
import { rememberedToken, requestToken } from '../../shared/http/access-token.ts'
import { ENTRA_SECRET, startEntra, type TokenFault } from '../doubles/tokens.ts'

const never = () => new AbortController().signal

/** A clock that stands still, and an endpoint whose answers are given by hand. */
function stage(lifetimeMs = 3_600_000) {
  let nowMs = 1_000
  const asked: { answer: (token: string) => void; fail: (error: Error) => void }[] = []
  const token = rememberedToken(
    () =>
      new Promise((resolve, reject) => {
        asked.push({ answer: (value) => resolve({ token: value, lifetimeMs }), fail: reject })
      }),
    () => nowMs,
  )
  const first = async () => {
    const waiting = token(never())
    asked.at(-1)?.answer('first')
    return waiting
  }
  return { token: () => token(never()), asked, first, pass: (ms: number) => void (nowMs += ms) }
}

describe('a remembered token', () => {
  it('serves until shortly before its end', async () => {
    const { token, asked, first, pass } = stage()
    expect(await first()).toBe('first')
    pass(3_600_000 - 301_000)
    expect(await token()).toBe('first')
    expect(asked).toHaveLength(1)
  })

  it('is refreshed by one request while the others go on with it, waiting for nobody', async () => {
    const { token, asked, first, pass } = stage()
    await first()
    pass(3_600_000 - 299_000)
    const refreshing = token()
    expect(await Promise.all([token(), token()])).toEqual(['first', 'first'])
    expect(asked).toHaveLength(2)
    asked[1]?.answer('second')
    expect(await refreshing).toBe('second')
    expect(await token()).toBe('second')
  })

  it('goes on serving when the refresh fails, which is tried again later and not by everyone', async () => {
    const { token, asked, first, pass } = stage()
    await first()
    pass(3_600_000 - 299_000)
    const refreshing = token()
    asked[1]?.fail(new Error('down'))
    expect(await refreshing).toBe('first')
    expect(await token()).toBe('first')
    expect(asked).toHaveLength(2)
    pass(5_000)
    const again = token()
    expect(asked).toHaveLength(3)
    asked[2]?.answer('third')
    expect(await again).toBe('third')
  })

  it('does not wait for a refresh that was cancelled with its request', async () => {
    const { token, asked, first, pass } = stage()
    await first()
    pass(3_600_000)
    void token()
    const own = token()
    expect(asked).toHaveLength(3)
    asked[2]?.answer('own')
    expect(await own).toBe('own')
  })

  it('is never one that may have ended on its way', async () => {
    const { token, asked, first, pass } = stage()
    await first()
    pass(3_600_000 - 9_000)
    const waiting = token()
    asked[1]?.fail(new Error('down'))
    await expect(waiting).rejects.toThrow('down')
  })
})

describe('a token endpoint', () => {
  it.each<[TokenFault, string]>([
    ['unavailable', 'upstream_unavailable'],
    ['html', 'upstream_rejected'],
    ['empty', 'upstream_rejected'],
  ])('that is %s is %s, and nothing is repeated', async (fault, code) => {
    const entra = await startEntra('scope')
    entra.script(fault)
    const form = { client_secret: ENTRA_SECRET.clientSecret }
    const refused = await requestToken({ url: `${entra.url}/x`, form, fetch }, never()).catch(
      (error: unknown) => error,
    )
    expect(refused).toMatchObject({ name: 'AppError', code })
    expect(`${JSON.stringify(refused)} ${String(refused)}`).not.toContain(ENTRA_SECRET.clientSecret)
    await entra.close()
  })

  it('that is not there cannot be connected to', async () => {
    await expect(
      requestToken({ url: 'http://127.0.0.1:9/token', form: {}, fetch }, never()),
    ).rejects.toMatchObject({
      code: 'upstream_unavailable',
      details: { kind: 'connect' },
    })
  })
})
