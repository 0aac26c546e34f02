import { expect, it } from 'vitest'
import { reasonOf, systemCode } from '../../cli/lib/failure.ts'
import { AppError } from '../../shared/errors.ts'

const missing = Object.assign(new Error('no such file'), { code: 'ENOENT' })

it("gives the system's word for a failure, also where it is the cause of another", () => {
  expect(reasonOf(new Error('It failed.', { cause: missing }))).toBe('ENOENT')
  expect(reasonOf(new AppError('upstream_unavailable', 'It broke.', { cause: missing }))).toBe('ENOENT')
})

it('gives the message of our own errors, whose code says less', () => {
  const error = new AppError('internal', 'RERANKERS: 0.url: is missing')
  expect(systemCode(error)).toBeUndefined()
  expect(reasonOf(error)).toBe('RERANKERS: 0.url: is missing')
})
