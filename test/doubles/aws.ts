import { createHash, createHmac } from 'node:crypto'
import type { Incoming, Reply } from './gate.ts'

export const AWS_SECRET = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: ['wJalrXUtnFEMI', 'K7MDENG+bPxRfiCYEXAMPLEKEY'].join('/'),
  sessionToken: 'session',
}
const MAX_SKEW_MS = 300_000

const hash = (text: string) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const denied = (message: string): Reply => ({ status: 403, body: { message } })

/** Every byte but the unreserved ones of RFC 3986. */
const uriEncode = (text: string) =>
  Array.from(new TextEncoder().encode(text), (byte) => {
    const character = String.fromCharCode(byte)
    return /[\w.~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }).join('')

/** What is left of a request when everything that may differ on the wire is taken away. */
function canonicalRequest({ method, path, headers, body }: Incoming, names: string): string {
  const [pathname = '', query = ''] = path.split('?')
  const encodedAgain = pathname.split('/').map(uriEncode).join('/')
  const valueOf = (name: string) => String(headers[name]).trim().replace(/ +/g, ' ')
  const lines = names.split(';').map((name) => `${name}:${valueOf(name)}`)
  return [method, encodedAgain, query.split('&').toSorted().join('&'), ...lines, '', names, hash(body)].join(
    '\n',
  )
}

const MUST_BE_SIGNED = ['content-type', 'host', 'x-amz-date', 'x-amz-security-token']

/** Signature Version 4 as AWS checks it, from the request that came in and nothing else. */
export function checkAwsSignature(region: string, service: string, now: () => number) {
  return (incoming: Incoming): Reply | null => {
    const { headers } = incoming
    const pattern = /^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/
    const [, credential, names = '', signature] = pattern.exec(headers.authorization ?? '') ?? []
    const time = String(headers['x-amz-date'])
    const scope = [time.slice(0, 8), region, service, 'aws4_request']
    if (credential !== [AWS_SECRET.accessKeyId, ...scope].join('/'))
      return denied('The security token included in the request is invalid.')
    if (headers['x-amz-security-token'] !== AWS_SECRET.sessionToken)
      return denied('The session token is wrong.')
    if (!isNow(time, now())) return denied('Signature expired.')
    const key = scope.reduce<Buffer | string>(hmac, `AWS4${AWS_SECRET.secretAccessKey}`)
    const canonical = hash(canonicalRequest(incoming, names))
    const toSign = ['AWS4-HMAC-SHA256', time, scope.join('/'), canonical].join('\n')
    const isWhole = MUST_BE_SIGNED.every((name) => names.split(';').includes(name))
    return isWhole && hmac(key, toSign).toString('hex') === signature
      ? null
      : denied('The request signature we calculated does not match the signature you provided.')
  }
}

function isNow(time: string, nowMs: number): boolean {
  const sentAtMs = Date.parse(time.replace(/(....)(..)(..)T(..)(..)(..)Z/, '$1-$2-$3T$4:$5:$6Z'))
  return Math.abs(nowMs - sentAtMs) <= MAX_SKEW_MS
}
