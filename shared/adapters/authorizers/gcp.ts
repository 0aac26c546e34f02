import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { rememberedToken, requestToken } from '../../http/access-token.ts'
import { type NamedSecret, readSecretJson } from '../../http/secret-json.ts'
import type { Authorizer } from '../../ports/authorizer.ts'

type Options = {
  readonly secret: NamedSecret
  readonly now: () => number
  readonly fetch: typeof globalThis.fetch
}

const SHAPE = `a service account's key file: {"client_email": "…", "private_key": "-----BEGIN PRIVATE KEY-----…", …}`
const keyFile = z.object({
  client_email: z.string().min(1),
  private_key: z.string().includes('-----BEGIN PRIVATE KEY-----'),
  private_key_id: z.string().optional(),
  token_uri: z.url({ protocol: /^https?$/ }).default('https://oauth2.googleapis.com/token'),
})
type KeyFile = z.infer<typeof keyFile>

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
const ASSERTION_SECONDS = 3_600
const RS256 = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }
const encoder = new TextEncoder()

/** A service account's own signed request for a token: https://developers.google.com/identity/protocols/oauth2/service-account#httprest */
export function gcpAuthorizer({ secret, now, fetch }: Options): Authorizer {
  const key = readSecretJson(secret, keyFile, SHAPE)
  const token = rememberedToken(async (signal) => {
    const signer = await importKey(key).catch(() => {
      throw new AppError(
        'upstream_rejected',
        `The private_key in the Worker secret ${secret.name} is damaged`,
      )
    })
    const form = {
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: await assertion(key, signer, now()),
    }
    return requestToken({ url: key.token_uri, form, fetch }, signal)
  }, now)
  return {
    authorize: async ({ headers }, signal) => ({
      ...headers,
      authorization: `Bearer ${await token(signal)}`,
    }),
  }
}

async function assertion(key: KeyFile, signer: CryptoKey, nowMs: number): Promise<string> {
  const issuedAt = Math.floor(nowMs / 1_000)
  const head = { alg: 'RS256', typ: 'JWT', ...(key.private_key_id && { kid: key.private_key_id }) }
  const claims = {
    iss: key.client_email,
    scope: SCOPE,
    aud: key.token_uri,
    iat: issuedAt,
    exp: issuedAt + ASSERTION_SECONDS,
  }
  const text = [head, claims].map((part) => base64Url(encoder.encode(JSON.stringify(part)))).join('.')
  const signature = await crypto.subtle.sign(RS256, signer, encoder.encode(text))
  return `${text}.${base64Url(new Uint8Array(signature))}`
}

async function importKey({ private_key: pem }: KeyFile): Promise<CryptoKey> {
  const base64 = pem.replace(/-----[A-Z ]+-----|\s/g, '')
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  return crypto.subtle.importKey('pkcs8', bytes, RS256, false, ['sign'])
}

const base64Url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '')
