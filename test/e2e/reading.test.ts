import { execFile } from 'node:child_process'
import { resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { putCollectionRoute } from '../../shared/api/collections.ts'
import { type Caller, newEndpoint, newTenant, platform, putLive } from './platform.ts'

const MAIN = resolve(import.meta.dirname, '../../cli/main.ts')
const QUESTION = 'How many days of leave does everyone have?'

let caller: Caller
beforeAll(async () => {
  caller = await newTenant()
  await putLive(caller, 'notes', 'leave.md', {
    chunks: ['Everyone has 30 days of leave a year.', 'Trains are booked by the office.'],
  })
})

/** `fairlead ...` as a script of this tenant runs it. */
function fairlead(...args: readonly string[]) {
  const env = { ...process.env, FAIRLEAD_URL: platform.url, FAIRLEAD_API_KEY: caller.key }
  const command = ['--disable-warning=ExperimentalWarning', MAIN, ...args]
  return new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    execFile(process.execPath, command, { env }, (error, stdout, stderr) =>
      done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    )
  })
}

describe('fairlead ask', () => {
  it('marks an invented number, a sentence without a source and a removed citation', async () => {
    await newEndpoint({
      answer:
        'Everyone has 30 days of leave a year [1]. Everyone has 45 days of leave a year [1]. So it is [9].',
    })
    const { code, stdout, stderr } = await fairlead('ask', QUESTION, '-c', 'notes')
    expect(stderr).toBe('')
    expect(stdout).toMatch(/^Everyone has 30 days .*\n\n\[1\] leave\.md \[\d+, \d+\)\n\n/)
    expect(stdout.split('\n\n').slice(2).join('\n\n')).toBe(
      [
        'Not supported by the sources: 2 of 3 sentences.',
        '- Everyone has 45 days of leave a year [1]. (number not in what it cites: 45 days)',
        '- So it is. (cites no source)',
        'Removed: 1 citation of sources that the model was not given.',
        '',
      ].join('\n'),
    )
    expect(code).toBe(0)
  })

  it('says nothing of support where there is nothing to say', async () => {
    await newEndpoint({ answer: 'Everyone has 30 days of leave a year [1].' })
    const { stdout } = await fairlead('ask', QUESTION, '-c', 'notes')
    expect(stdout).toMatch(/^Everyone has 30 days of leave a year \[1\]\.\n\n\[1\] leave\.md \[\d+, \d+\)\n$/)
  })
})

describe('fairlead search', () => {
  it('shows how likely each hit is relevant, as many as the collection has set unless told otherwise', async () => {
    const retrieval = { topK: 1 }
    await caller.call(putCollectionRoute, { params: { collection: 'notes' }, body: { retrieval } })
    const search = async (...args: readonly string[]) => {
      const { stdout } = await fairlead('search', QUESTION, '-c', 'notes', ...args)
      return stdout
    }
    expect(await search()).toMatch(/^\[1\] leave\.md \[\d+, \d+\) {2}[<>]?\s?\d+ %\n {4}Everyone has 30 days/)
    expect(await search()).not.toContain('\n[2] ')
    expect(await search('-n', '2')).toMatch(/\n\[2\] leave\.md \[\d+, \d+\) {2}[<>]?\s?\d+ %\n {4}Trains/)
  })
})
