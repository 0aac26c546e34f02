import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'

const MAIN = resolve(import.meta.dirname, '../../../bench/eval.ts')

/** What `npm run eval` says on stderr, and its exit code. */
const run = (...args: readonly string[]) =>
  new Promise<{ code: unknown; stderr: string }>((done) => {
    execFile(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], (error, _, stderr) =>
      done({ code: error?.code, stderr }),
    )
  })

it('what is wrong with the arguments of npm run eval is said in one line, before anything starts', async () => {
  expect(await run('--bogus')).toEqual({
    code: 1,
    stderr: "Unknown option '--bogus'; npm run eval -- --help lists the options\n",
  })
  expect(await run('--config', '/nowhere.json')).toEqual({
    code: 1,
    stderr: '--config: /nowhere.json cannot be read (ENOENT)\n',
  })
  expect(await run('--set', 'beir:/nowhere')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^--set: a set cannot be read: ENOENT.*\n$/),
  })
})
