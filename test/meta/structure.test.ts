import { globSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(resolve(root, file), 'utf8')
const files = (pattern: string) => globSync(pattern, { cwd: root }).map((file) => file.replaceAll('\\', '/'))

/** Everything under shared/adapters that implements a port; the rest there are helpers of one adapter. */
const adapters = files('shared/adapters/*/*.ts').filter((file) =>
  /from '\.\.\/\.\.\/ports\//.test(read(file)),
)
const contractTests = files('test/**/*.test.ts')
  .map(read)
  .filter((text) => /from '[./]*contract\//.test(text))

describe('the shape of the project', () => {
  test('the checks below see adapters and contract tests at all', () => {
    expect(adapters.length).toBeGreaterThan(0)
    expect(contractTests.length).toBeGreaterThan(0)
  })

  test.each(adapters)('%s keeps the contract of its port in a test', (adapter) => {
    expect(contractTests.filter((text) => text.includes(`${adapter}'`))).not.toEqual([])
  })
})
