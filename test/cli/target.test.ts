import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { resolveTarget as resolveFor } from '../../cli/lib/target.ts'

const local = { url: 'http://127.0.0.1:8787', apiKey: 'local key', adminKey: 'admin', tenant: 'demo', pid: 1 }

const resolveTarget = (...[options, env, folder]: [object, NodeJS.ProcessEnv, string]) =>
  resolveFor(options, env, folder, 'tenant')

/** A folder two levels below one with a `.fairlead/local.json`. */
function below(content: unknown): string {
  const root = mkdtempSync(join(tmpdir(), 'fairlead-target-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  mkdirSync(join(root, '.fairlead'))
  writeFileSync(join(root, '.fairlead/local.json'), JSON.stringify(content))
  mkdirSync(join(root, 'a/b'), { recursive: true })
  return join(root, 'a/b')
}

it('finds the platform that was started in a folder above', () => {
  expect(resolveTarget({}, {}, below(local))).toEqual({ url: local.url, key: 'local key' })
})

it('takes options before the environment, and the environment before the file', () => {
  const env = { FAIRLEAD_URL: 'http://env', FAIRLEAD_API_KEY: 'env key' }
  const folder = below(local)
  expect(resolveTarget({ url: 'http://option/' }, env, folder)).toEqual({
    url: 'http://option',
    key: 'env key',
  })
  expect(resolveTarget({ key: 'option key' }, env, folder)).toEqual({ url: 'http://env', key: 'option key' })
})

it('never sends the local key to another address', () => {
  expect(() => resolveTarget({ url: 'http://elsewhere' }, {}, below(local))).toThrow(
    'No key is known for http://elsewhere',
  )
  expect(resolveTarget({ url: `${local.url}/` }, {}, below(local)).key).toBe('local key')
})

it('says what to do when nothing is known, also when the file is damaged', () => {
  expect(() => resolveTarget({}, {}, below({ url: 1 }))).toThrow('npm start')
  expect(() => resolveTarget({ url: 'localhost', key: 'k' }, {}, '/')).toThrow('"localhost" is no address')
})

it('takes a platform that was named by its folder before the environment, with the key of that folder', () => {
  const env = { FAIRLEAD_URL: 'http://env', FAIRLEAD_API_KEY: 'env key' }
  const folder = below({ ...local, url: 'http://127.0.0.1:8800', apiKey: 'second' })
  const state = '../../.fairlead'
  expect(resolveTarget({ state }, env, folder)).toEqual({ url: 'http://127.0.0.1:8800', key: 'second' })
  expect(resolveTarget({ state, key: 'option key' }, env, folder).key).toBe('option key')
  expect(resolveFor({ state }, env, folder, 'operator').key).toBe('admin')
  expect(() => resolveTarget({ state, url: 'http://option' }, env, folder)).toThrow('leave --url out')
  expect(() => resolveTarget({ state: 'nowhere' }, env, folder)).toThrow(
    `--state: no platform was started with ${folder}/nowhere`,
  )
})

it("takes the operators' key for what belongs to the whole platform, and no tenant's key in its place", () => {
  const env = { FAIRLEAD_API_KEY: 'env key' }
  expect(resolveFor({}, env, below(local), 'operator')).toEqual({ url: local.url, key: 'admin' })
  expect(resolveFor({}, { ...env, FAIRLEAD_ADMIN_KEY: 'operators' }, below(local), 'operator').key).toBe(
    'operators',
  )
  expect(() => resolveFor({ url: 'http://elsewhere' }, env, below(local), 'operator')).toThrow(
    'Set FAIRLEAD_ADMIN_KEY',
  )
})
