import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32, formatKey, newKey, parseKey } from '../../shared/domain/api-key.ts'

const random = (bytes: number) => new Uint8Array(randomBytes(bytes))

describe('api keys', () => {
  it('come back from their written form part by part', () => {
    const parts = newKey('test', random)
    expect(parseKey(formatKey(parts))).toEqual(parts)
  })

  it('are refused when any one character was changed', () => {
    const key = formatKey(newKey('live', random))
    fc.assert(
      fc.property(fc.nat(key.length - 1), fc.constantFrom('a', 'Z', '0', '_', '-'), (at, character) => {
        fc.pre(key[at] !== character)
        expect(parseKey(key.slice(0, at) + character + key.slice(at + 1))).toBeNull()
      }),
    )
  })

  it('use the checksum that secret scanners compute (CRC-32 of "123456789" is cbf43926)', () => {
    expect(crc32('123456789')).toBe('cbf43926')
  })

  it('never repeat a byte source that yields rejected bytes only once', () => {
    let calls = 0
    const stingy = (bytes: number) => new Uint8Array(bytes).fill(calls++ === 0 ? 255 : 1)
    expect(newKey('test', stingy).secret).toHaveLength(43)
  })
})
