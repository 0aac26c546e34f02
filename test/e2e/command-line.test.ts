import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startPlatform } from '../../cli/platform/start.ts'
import { platform, register, send, unique } from './platform.ts'

const MAIN = resolve(import.meta.dirname, '../../cli/main.ts')
const folder = await mkdtemp(join(tmpdir(), 'fairlead-command-line-'))

type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string }

/** `fairlead ...` as a script runs it: no terminal, the platform named by the environment. */
function fairlead(...args: readonly string[]): Promise<Ran> {
  const { url, apiKey, adminKey } = platform
  const keys = { FAIRLEAD_API_KEY: apiKey, FAIRLEAD_ADMIN_KEY: adminKey }
  const env = { ...process.env, FAIRLEAD_URL: url, ...keys }
  const command = ['--disable-warning=ExperimentalWarning', MAIN, ...args]
  return new Promise((done) => {
    execFile(process.execPath, command, { env }, (error, stdout, stderr) =>
      done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    )
  })
}

const stateFolder = async () => {
  const stateDir = join(folder, unique('state'))
  onTestFinished(() => rm(stateDir, { recursive: true, force: true }))
  return stateDir
}

describe('the command line', () => {
  it('asks: the answer, then each source it cites by document, heading and span, without colour in a pipe', async () => {
    const { code, stdout } = await fairlead('ask', 'How do I add an endpoint?')
    expect(stdout).toMatch(
      /\[1\].*\n\n\[1\] handbook\/configuration\.md › .*How to add an endpoint \[\d+, \d+\)\n/s,
    )
    expect(stdout).toContain('\n\nDegraded: ')
    expect(stdout).not.toContain('\u001B')
    expect(code).toBe(0)
  })

  it('plans without a platform what the API plans, and says why a configuration is as it is', async () => {
    const asked = { tier: 'l', maxTimeToFirstTokenMs: 1_000, compliance: ['hipaa'], users: 200 }
    const plan = ['plan', '--tier', 'l', '--max-ttft-ms', '1000', '--compliance', 'hipaa', '--users', '200']
    const { stdout, code } = await fairlead(...plan, '--json')
    const { status, body } = await send({ key: platform.apiKey }, 'POST', '/v1/plan', asked)
    expect(status).toBe(200)
    expect(JSON.parse(stdout)).toEqual(body)
    expect(code).toBe(0)
    const grid = await fairlead('matrix', '--json')
    const cells = await send({ key: platform.apiKey }, 'GET', '/v1/matrix')
    expect(JSON.parse(grid.stdout)).toEqual(cells.body)
    expect((await fairlead('explain', 'l.h100.gpu_native')).stdout).toContain('80 % interval')
    expect(await fairlead('plan', '--tier', 'huge')).toMatchObject({ code: 2, stdout: '' })
    expect((await fairlead('plan', '--tier', 'xl', '--max-ttft-ms', '200')).code).toBe(1)
  })

  it('tells an answer from none by its exit code', async () => {
    expect(await fairlead('ask', 'Zyzzyva quokka frobnication?')).toMatchObject({ code: 5, stderr: '' })
  })

  it('puts a folder in, names what failed or is skipped, and does nothing twice', async () => {
    const collection = unique('notes')
    const notes = join(folder, collection)
    await mkdir(join(notes, 'deep'), { recursive: true })
    await writeFile(join(notes, 'deep/backups.md'), '# Backups\n\nBackups run every night at two.\n')
    await writeFile(join(notes, 'broken.txt'), Buffer.of(0xff, 0xfe, 0x00))
    await writeFile(join(notes, 'report.pdf'), '%PDF-1.7')
    const first = await fairlead('ingest', notes, '--json')
    const failed = [{ id: 'broken.txt', reason: expect.stringContaining('UTF-8') }]
    expect(JSON.parse(first.stdout)).toEqual({
      collection,
      documents: 2,
      live: 1,
      unchanged: 0,
      failed,
      skipped: 1,
    })
    expect(first).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Skipped 1 file .*: report\.pdf\n$/),
    })
    await rm(join(notes, 'broken.txt'))
    await rm(join(notes, 'report.pdf'))
    const second = await fairlead('ingest', notes)
    expect(second).toEqual({
      code: 0,
      stdout: `${collection}: 1 document, 0 live, 1 unchanged\n`,
      stderr: '',
    })
    const found = await fairlead('search', 'nightly backups', '--collection', collection, '--json')
    expect(JSON.parse(found.stdout)).toMatchObject({ hits: [{ documentId: 'deep/backups.md' }] })
  })

  it('shows status and usage, for people and for programs', async () => {
    expect((await fairlead('status')).stdout).toMatch(/is ready, version .*\nhandbook +m +\d+ +\d+\n/s)
    const status = JSON.parse((await fairlead('status', '--json')).stdout)
    expect(status).toMatchObject({ url: platform.url, status: 'ready', endpoints: expect.any(Array) })
    expect((await fairlead('usage', '--by', 'tier')).stdout).toMatch(/^tier +requests .*\ntotal /s)
    expect(JSON.parse((await fairlead('usage', '--json')).stdout)).toMatchObject({
      total: expect.any(Object),
    })
  })

  it('takes an endpoint out of service and back, and the status says so', async () => {
    const id = await register({ url: 'http://127.0.0.1:9/v1', model: 'm' })
    const row = async () =>
      (await fairlead('status')).stdout.split('\n').find((line) => line.startsWith(`${id} `))
    expect(await fairlead('drain', id)).toEqual({
      code: 0,
      stdout: `${id} gets no new requests, and none is running.\n`,
      stderr: '',
    })
    expect(await row()).toMatch(/ drained$/)
    expect((await fairlead('undrain', id)).stdout).toBe(`${id} takes requests again.\n`)
    expect(await row()).toMatch(/ s +m .* 0 +16 +0 /)
  })

  it.each([
    ['wrong usage', 2, ['search'], /missing required argument/],
    ['a folder that is not there', 2, ['ingest', '/nowhere'], /^\/nowhere cannot be read \(ENOENT\)\n$/],
    ['an address where nothing answers', 3, ['status', '--url', 'http://127.0.0.1:9'], /^Nothing answers at/],
    ['a refusal', 4, ['ask', 'Why?', '-c', 'nope'], /\(not_found, req_\w+\)\n$/],
  ])('ends with one line and an exit code at %s', async (_what, code, args, line) => {
    const ran = await fairlead(...args)
    expect(ran).toEqual({ code, stdout: '', stderr: expect.stringMatching(line) })
    expect(ran.stderr.trimEnd()).not.toContain('\n')
  })

  it('gives programs a failure as JSON', async () => {
    const { code, stdout } = await fairlead('search', 'x', '--key', 'flk_test_no', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: 'unauthenticated', requestId: expect.stringMatching(/^req_/) },
    })
    expect(code).toBe(4)
  })
})

describe('a start is refused in one line', () => {
  it('when the port is taken', async () => {
    const port = Number(new URL(platform.url).port)
    await expect(startPlatform({ port, stateDir: await stateFolder(), quiet: true })).rejects.toMatchObject({
      exitCode: 2,
      message: `Port ${port} is taken. Choose another with --port, or stop what uses it.`,
    })
  })

  it('when a platform already runs on the state folder', async () => {
    const { stateDir } = platform
    await expect(startPlatform({ port: 0, stateDir, quiet: true })).rejects.toThrow(
      `A platform already runs with the state folder ${stateDir} (${platform.url}`,
    )
  })

  it('when a newer version has written the state folder, or its database is damaged', async () => {
    const stateDir = await stateFolder()
    const options = { port: 0, stateDir, quiet: true, handbook: false }
    await (await startPlatform(options)).stop()
    const files = globSync(join(stateDir, 'runtime/d1/*/*.sqlite'))
    const file = files.find((path) => !path.includes('metadata')) ?? ''
    const database = new DatabaseSync(file)
    database.exec("INSERT INTO d1_migrations (name) VALUES ('9999_tomorrow.sql')")
    database.close()
    await expect(startPlatform(options)).rejects.toThrow('written by a newer version (9999_tomorrow.sql)')
    await writeFile(file, 'no database'.repeat(1_000))
    await expect(startPlatform(options)).rejects.toThrow('cannot be read; platform.log there says why')
  })
})
