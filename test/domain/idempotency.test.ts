import { describe, expect, it } from 'vitest'
import { decideClaim, type ReplayEntry } from '../../shared/domain/idempotency.ts'

const entry: ReplayEntry = {
  fingerprint: 'f',
  holder: 'first',
  leaseUntilMs: 100,
  expiresAtMs: 1_000,
  isStored: false,
}
const stored = { ...entry, isStored: true }
const claim = { fingerprint: 'f', holder: 'second', leaseMs: 50 }
const other = { ...claim, fingerprint: 'g' }

describe('a claim of an Idempotency-Key', () => {
  it('runs when nobody has the key, when its holder vanished, and when its day is over', () => {
    expect(decideClaim(null, claim, 0)).toBe('run')
    expect(decideClaim(entry, claim, 100)).toBe('run')
    expect(decideClaim(entry, other, 100)).toBe('run')
    expect(decideClaim(stored, other, 1_000)).toBe('run')
  })

  it('waits while the holder lives', () => {
    expect(decideClaim(entry, claim, 99)).toBe('running')
  })

  it('gets the stored result, however long ago its holder left', () => {
    expect(decideClaim(stored, claim, 99)).toBe('replay')
    expect(decideClaim(stored, claim, 999)).toBe('replay')
  })

  it('is refused for another request, running or stored', () => {
    expect(decideClaim(entry, other, 99)).toBe('different')
    expect(decideClaim(stored, other, 999)).toBe('different')
  })
})
