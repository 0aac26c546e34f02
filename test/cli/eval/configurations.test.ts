import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { withFiles } from '../../../cli/lib/eval/configurations.ts'

const own = { name: 'own settings', retrieval: undefined }

function file(name: string, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-configuration-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

describe('configurations of files', () => {
  it('stand behind those that are there, by their names and as they are', () => {
    const files = [file('mine.json', '{"fusion": "rrf"}'), file('odd', '{"nonsense": 1}')]
    expect(withFiles([own], files)).toEqual([
      own,
      { name: 'mine', retrieval: { fusion: 'rrf' } },
      { name: 'odd', retrieval: { nonsense: 1 } },
    ])
  })

  it.each([
    ['[]', ' is not the object that "retrieval" of a search takes'],
    ['{', ' is not JSON'],
  ])('that hold %s are refused as wrong usage', (text, message) => {
    const path = file('bad.json', text)
    expect(() => withFiles([own], [path])).toThrow(
      expect.objectContaining({ exitCode: 2, message: `--config: ${path}${message}` }),
    )
  })

  it('that are not there, or have the name of another, are refused', () => {
    expect(() => withFiles([own], ['/nowhere.json'])).toThrow(
      '--config: /nowhere.json cannot be read (ENOENT)',
    )
    const [first, second] = [file('mine.json', '{}'), file('mine.json', '{}')]
    expect(() => withFiles([own], [first, second])).toThrow(
      `--config: ${second}: there is a configuration "mine" already; rename the file`,
    )
  })
})
