import { createMiddleware } from 'hono/factory'
import type { ApiEnv } from '../../shared/api/define-route.ts'
import type { Database } from '../../shared/db/client.ts'
import { findKey } from '../../shared/db/keys.ts'
import { parseKey } from '../../shared/domain/api-key.ts'
import type { Principal } from '../../shared/domain/principal.ts'
import { AppError } from '../../shared/errors.ts'
import { equalInConstantTime, hashSecret } from '../../shared/http/key-hash.ts'

/** How long a verified key is believed without asking the database: the longest a revoked key keeps working. */
const BELIEVED_MS = 5_000
const MAX_BELIEVED = 10_000

type Known = { principal: Principal; untilMs: number }
export type Authenticate = (authorization: string | undefined) => Promise<Principal>

export function authenticator(db: Database, pepper: string, now: () => number): Authenticate {
  const believed = new Map<string, Known>()

  const verify = async (key: string): Promise<Known> => {
    const parts = parseKey(key)
    if (!parts) throw refused('The key is not well-formed; check that it was copied whole')
    const found = await findKey(db, parts.id)
    const hash = await hashSecret(pepper, parts.secret)
    if (!found || !equalInConstantTime(hash, found.key.secretHash)) throw refused('The key is not known')
    const { key: row, plan } = found
    if (row.revokedAtMs !== null) throw refused('The key was revoked')
    if (row.expiresAtMs !== null && row.expiresAtMs <= now()) throw refused('The key has expired')
    const { tenantId, id: keyId, scopes, collections, principals } = row
    const untilMs = Math.min(now() + BELIEVED_MS, row.expiresAtMs ?? Number.POSITIVE_INFINITY)
    return { principal: { tenantId, plan, keyId, scopes, collections, principals }, untilMs }
  }

  return async (authorization) => {
    const key = authorization?.match(/^Bearer +(\S+)$/i)?.[1]
    if (!key) throw refused('Send the key as "Authorization: Bearer flk_..."')
    const known = believed.get(key)
    if (known && known.untilMs > now()) return known.principal
    believed.delete(key)
    const fresh = await verify(key)
    if (believed.size >= MAX_BELIEVED) believed.clear()
    believed.set(key, fresh)
    return fresh.principal
  }
}

function refused(message: string) {
  return new AppError('unauthenticated', message)
}

/** Every route behind this has a principal; the request id was set before it. */
export function requireKey(authenticate: Authenticate) {
  return createMiddleware<ApiEnv & { Variables: { requestId: string } }>(async (c, next) => {
    const principal = await authenticate(c.req.header('authorization'))
    c.set('context', { requestId: c.get('requestId'), principal })
    await next()
  })
}
