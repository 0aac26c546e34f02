/**
 * One Idempotency-Key of one tenant towards storage. Answers hold customers' text and new API keys, so nothing leaves the router in the clear:
 * names and fingerprints are HMACs, answers are AES-256-GCM under a key that no other tenant or Idempotency-Key shares.
 */
export type Vault = {
  /** Of the object that keeps the key. */
  readonly name: string
  /** Same for the same request by the same caller, and only then. */
  readonly fingerprint: (request: Uint8Array) => Promise<string>
  /** `part` is bound into the seal, so that parts cannot change places. */
  readonly seal: (part: number, bytes: Uint8Array) => Promise<Uint8Array>
  readonly open: (part: number, sealed: Uint8Array) => Promise<Uint8Array>
}

const IV_BYTES = 12
const encoder = new TextEncoder()

export async function openVault(pepper: string, tenantId: string, key: string): Promise<Vault> {
  const root = await crypto.subtle.importKey('raw', encoder.encode(pepper), 'HKDF', false, ['deriveKey'])
  const [sealing, naming] = await Promise.all([
    crypto.subtle.deriveKey(
      hkdf(['idempotency answer', tenantId, key]),
      root,
      { name: 'AES-GCM', length: 256 },
      false,
      ['encrypt', 'decrypt'],
    ),
    crypto.subtle.deriveKey(
      hkdf(['idempotency name', tenantId]),
      root,
      { name: 'HMAC', hash: 'SHA-256', length: 256 },
      false,
      ['sign'],
    ),
  ])
  const mac = async (what: string, bytes: Uint8Array) =>
    hex(await crypto.subtle.sign('HMAC', naming, joined([encoder.encode(`${what}\n`), bytes])))
  const cipher = (part: number, iv: Uint8Array) => ({
    name: 'AES-GCM',
    iv,
    additionalData: encoder.encode(`part ${part}`),
  })
  return {
    name: await mac('key', encoder.encode(key)),
    fingerprint: (request) => mac('request', request),
    async seal(part, bytes) {
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES))
      const sealed = await crypto.subtle.encrypt(cipher(part, iv), sealing, bytes)
      return joined([iv, new Uint8Array(sealed)])
    },
    async open(part, sealed) {
      const iv = sealed.slice(0, IV_BYTES)
      return new Uint8Array(await crypto.subtle.decrypt(cipher(part, iv), sealing, sealed.slice(IV_BYTES)))
    },
  }
}

const hkdf = (info: readonly string[]) => ({
  name: 'HKDF',
  hash: 'SHA-256',
  salt: new Uint8Array(),
  // As JSON, so that no two lists of names read the same.
  info: encoder.encode(JSON.stringify(info)),
})

const hex = (bytes: ArrayBuffer) =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')

export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((total, { byteLength }) => total + byteLength, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.byteLength
  }
  return whole
}
