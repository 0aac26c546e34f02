import { z } from 'zod'
import { type NamedSecret, readSecretJson } from '../../http/secret-json.ts'
import type { Authorizer, OutgoingRequest } from '../../ports/authorizer.ts'

type Options = {
  readonly secret: NamedSecret
  readonly region: string
  /** As AWS signs it: `bedrock` for bedrock-runtime hosts, `bedrock-mantle`, `sagemaker`. */
  readonly service: string
  readonly now: () => number
}

const SHAPE = '{"accessKeyId": "…", "secretAccessKey": "…"}, with "sessionToken" for temporary credentials'
const credentials = z.object({
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
  sessionToken: z.string().min(1).optional(),
})

const ALGORITHM = 'AWS4-HMAC-SHA256'
const encoder = new TextEncoder()

/** Signature Version 4 over every header that is sent: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
export function awsAuthorizer({ secret, region, service, now }: Options): Authorizer {
  const { accessKeyId, secretAccessKey, sessionToken } = readSecretJson(secret, credentials, SHAPE)
  // A signing key is good for one day.
  let dayKey: { day: string; key: BufferSource } | null = null
  const signingKey = async (day: string) => {
    if (dayKey?.day !== day) dayKey = { day, key: await deriveKey(secretAccessKey, [day, region, service]) }
    return dayKey.key
  }
  return {
    async authorize(request) {
      const time = new Date(now()).toISOString().replace(/[-:]|\.\d+/g, '')
      const day = time.slice(0, 8)
      const sent = {
        ...request.headers,
        'x-amz-date': time,
        ...(sessionToken && { 'x-amz-security-token': sessionToken }),
      }
      const scope = `${day}/${region}/${service}/aws4_request`
      const { text, signedHeaders } = await canonicalRequest(request, sent)
      const toSign = [ALGORITHM, time, scope, await sha256(text)].join('\n')
      const signature = hex(await hmac(await signingKey(day), toSign))
      const credential = `Credential=${accessKeyId}/${scope}`
      return {
        ...sent,
        authorization: `${ALGORITHM} ${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
      }
    },
  }
}

/** The host is signed, but never set by us: it is fetch that sends it. */
async function canonicalRequest(
  { method, url, body }: OutgoingRequest,
  sent: Readonly<Record<string, string>>,
) {
  const { host, pathname, searchParams } = new URL(url)
  const headers = Object.entries({ ...sent, host }).toSorted(byName)
  const signedHeaders = headers.map(([name]) => name).join(';')
  // Encoded once more, since the path of a URL has been encoded already; only S3 is signed otherwise.
  const path = pathname.split('/').map(encode).join('/')
  const query = [...searchParams].map(([name, value]) => `${encode(name)}=${encode(value)}`).toSorted()
  const lines = headers.map(([name, value]) => `${name}:${value.trim().replace(/\s+/g, ' ')}`)
  const text = [method, path, query.join('&'), ...lines, '', signedHeaders, await sha256(body)].join('\n')
  return { text, signedHeaders }
}

const byName = ([a]: [string, string], [b]: [string, string]) => (a < b ? -1 : 1)

/** RFC 3986: encodeURIComponent leaves five more characters than AWS does. */
const encode = (text: string) =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )

async function deriveKey(secretAccessKey: string, parts: readonly string[]): Promise<BufferSource> {
  let key: BufferSource = encoder.encode(`AWS4${secretAccessKey}`)
  for (const part of [...parts, 'aws4_request']) key = await hmac(key, part)
  return key
}

async function hmac(key: BufferSource, text: string): Promise<ArrayBuffer> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ])
  return crypto.subtle.sign('HMAC', imported, encoder.encode(text))
}

const sha256 = async (text: string) => hex(await crypto.subtle.digest('SHA-256', encoder.encode(text)))

const hex = (bytes: ArrayBuffer) =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('')
