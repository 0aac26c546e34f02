import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { openState } from '../../cli/platform/state.ts'

function newFolder(): string {
  const root = mkdtempSync(join(tmpdir(), 'fairlead-state-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  return join(root, 'state')
}

const local = { url: 'http://127.0.0.1:1', apiKey: 'a', adminKey: 'b', tenant: 'demo', pid: 12 }

it('keeps its secret and its keys for the next start, readable by their owner only', () => {
  const dir = newFolder()
  const first = openState(dir)
  expect(first.previous).toBeNull()
  first.publish(local)
  first.release()
  const second = openState(dir)
  onTestFinished(second.release)
  expect(second.previous).toEqual(local)
  expect(second.pepper).toBe(first.pepper)
  expect(second.pepper).toMatch(/^[0-9a-f]{64}$/)
  for (const file of ['local.json', 'key-pepper']) expect(statSync(join(dir, file)).mode & 0o777).toBe(0o600)
})

it('is held by one platform at a time, and the second is told by which', () => {
  const dir = newFolder()
  const first = openState(dir)
  first.publish(local)
  expect(() => openState(dir)).toThrow('already runs with the state folder')
  expect(() => openState(dir)).toThrow('process 12')
  first.release()
  openState(dir).release()
})

it('refuses a file, and a folder whose lock is damaged, in one line that says what to do', () => {
  const file = newFolder()
  writeFileSync(file, 'not a folder')
  expect(() => openState(file)).toThrow(/cannot be used \(EEXIST.*\)\. Choose another with --state/)
  expect(readFileSync(file, 'utf8')).toBe('not a folder')
  const dir = newFolder()
  openState(dir).release()
  writeFileSync(join(dir, 'lock'), 'no database'.repeat(100))
  expect(() => openState(dir)).toThrow(/cannot be used \(.*not a database/)
  expect(existsSync(join(dir, 'key-pepper'))).toBe(true)
})
