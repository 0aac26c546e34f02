import fc from 'fast-check'
import { expect, it } from 'vitest'
import { documentId } from '../../shared/api/common.ts'
import { canonicalKey, collectionPrefix, rawKey } from '../../shared/domain/object-keys.ts'

const folder = (documentId: string) => ({ tenantId: 't', collectionId: 'col_1', documentId, jobId: 'job_1' })
const id = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.constantFrom('a/b', 'a/../b', '../raw', 'a%2Fb', 'ä', 'a'),
  )
  .filter((text) => documentId.safeParse(text).success)

it('keeps every document of a collection inside it, whatever its id says', () => {
  fc.assert(
    fc.property(id, (id) => {
      const key = rawKey(folder(id))
      expect(key.startsWith(collectionPrefix('t', 'col_1'))).toBe(true)
      expect(key).toMatch(/^t\/col_1\/[A-Za-z0-9_-]+\/job_1\/raw$/)
    }),
  )
})

it('gives two documents two folders', () => {
  fc.assert(
    fc.property(id, id, (a, b) => {
      expect(rawKey(folder(a)) === rawKey(folder(b))).toBe(a === b)
    }),
  )
})

it('stays within the 1,024 bytes of a key for the longest ids', () => {
  const job = `job_${'0'.repeat(32)}`
  const names = { tenantId: 't'.repeat(64), collectionId: `col_${'0'.repeat(32)}`, jobId: job }
  expect(canonicalKey({ ...names, documentId: 'x'.repeat(512) }).length).toBeLessThanOrEqual(1_024)
})
