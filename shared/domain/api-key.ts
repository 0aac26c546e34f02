/** A key in its parts; `flk_<env>_<id>_<secret>_<crc>`. The id finds the row, the secret proves ownership, the CRC lets scanners tell keys from noise. */
export type ApiKeyParts = { readonly env: 'live' | 'test'; readonly id: string; readonly secret: string }

const PATTERN = /^flk_(live|test)_([a-z0-9]{16})_([A-Za-z0-9]{43})_([0-9a-f]{8})$/

/** The key as its owner sees it. Id and secret are alphanumeric, so `_` always separates parts. */
export function formatKey({ env, id, secret }: ApiKeyParts): string {
  const body = `flk_${env}_${id}_${secret}`
  return `${body}_${crc32(body)}`
}

/** Null for anything that is not a well-formed key, the checksum included. */
export function parseKey(key: string): ApiKeyParts | null {
  const match = PATTERN.exec(key)
  if (!match) return null
  const [, env, id = '', secret = '', checksum] = match
  const parts = { env: env === 'live' ? ('live' as const) : ('test' as const), id, secret }
  return crc32(`flk_${env}_${id}_${secret}`) === checksum ? parts : null
}

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

/** Makes a key from a source of random bytes: 16 lower-case characters of id (82 bits), 43 of secret (256 bits). */
export function newKey(env: ApiKeyParts['env'], random: (bytes: number) => Uint8Array): ApiKeyParts {
  return {
    env,
    id: spell(random, ALPHABET.slice(0, 10) + ALPHABET.slice(36), 16),
    secret: spell(random, ALPHABET, 43),
  }
}

/** Bytes past the last whole multiple of the alphabet are rejected, which keeps every character equally likely. */
function spell(random: (bytes: number) => Uint8Array, alphabet: string, length: number): string {
  const limit = 256 - (256 % alphabet.length)
  let text = ''
  while (text.length < length)
    for (const byte of random(length)) {
      if (byte < limit && text.length < length) text += alphabet[byte % alphabet.length]
    }
  return text
}

/** CRC-32 (IEEE 802.3) as eight hex digits. */
export function crc32(text: string): string {
  let crc = 0xffffffff
  for (let i = 0; i < text.length; i += 1) {
    crc ^= text.charCodeAt(i) & 0xff
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0')
}
