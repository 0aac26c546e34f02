import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Caller, newTenant, platform, putLive, unique } from './platform.ts'

const MAIN = resolve(import.meta.dirname, '../../cli/main.ts')
const COLLECTION = unique('harbour')
const folder = await mkdtemp(join(tmpdir(), 'fairlead-eval-'))
let caller: Caller

beforeAll(async () => {
  caller = await newTenant()
  await putLive(caller, COLLECTION, 'pilots.md', { text: 'The pilot boards two miles off the north mole.' })
  await putLive(caller, COLLECTION, 'fees', {
    chunks: ['A berth costs ninety crowns a night.', 'The crane costs forty crowns an hour.'],
  })
})
afterAll(() => rm(folder, { recursive: true }))

/** `fairlead eval` over these lines, as a script runs it. */
async function evaluate(lines: readonly unknown[], ...args: readonly string[]) {
  const path = join(folder, `${unique('questions')}.jsonl`)
  await writeFile(path, lines.map((line) => JSON.stringify(line)).join('\n'))
  const env = { ...process.env, FAIRLEAD_URL: platform.url, FAIRLEAD_API_KEY: caller.key }
  const command = ['--disable-warning=ExperimentalWarning', MAIN, 'eval', path, '-c', COLLECTION, ...args]
  return new Promise<{ code: number; stdout: string; stderr: string }>((done) => {
    execFile(process.execPath, command, { env }, (error, stdout, stderr) =>
      done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    )
  })
}

const asked = [
  { question: 'Where does the pilot board?', relevant: ['pilots.md'], answer: 'off the north mole' },
  { question: 'What does the crane cost?', relevant: [{ documentId: 'fees', start: 38, end: 75 }] },
]

describe('fairlead eval', () => {
  it('measures search by questions of one’s own', async () => {
    const { code, stdout } = await evaluate(asked, '--json', '--at-least', 'ndcg=0.9')
    const report = JSON.parse(stdout)
    expect(report).toMatchObject({ collection: COLLECTION, questions: 2, leftOut: 0 })
    expect(report.metrics[0]).toEqual({ metric: 'ndcg@10', questions: 2, mean: 1, low: 1, high: 1 })
    expect(code).toBe(0)
  })

  it('asks them too, and measures citations, grounding and abstention', async () => {
    const lines = [...asked, { question: 'Zyzzyva quokka frobnication?', unanswerable: true }]
    const { stdout, stderr } = await evaluate(lines, '--answers', '--json')
    expect(stderr).toBe('')
    const report: { metrics: { metric: string; questions: number; mean: number }[] } = JSON.parse(stdout)
    const of = (name: string) => report.metrics.find(({ metric }) => metric === name)
    expect(of('answered')).toMatchObject({ questions: 2, mean: 1 })
    expect(of('abstained')).toMatchObject({ questions: 1, mean: 1 })
    expect(of('citation-recall')).toMatchObject({ questions: 2, mean: 1 })
    expect(of('answer-words')).toMatchObject({ questions: 1, mean: 1 })
    expect(of('grounding')?.mean).toBeGreaterThan(0.9)
    expect(of('auroc')).toMatchObject({ questions: 3 })
  })

  it('ends with 1 below a bar, and says which', async () => {
    const lines = [{ question: 'Where does the pilot board?', relevant: ['fees'] }]
    const { code, stdout, stderr } = await evaluate(lines, '--at-least', 'ndcg@10=1', '--at-least', 'iou=.1')
    expect(stderr).toMatch(
      /^ndcg@10 is \S+, below 1\n--at-least: "iou" was not measured; measured are ndcg@10/,
    )
    expect(stdout).toMatch(/^metric +questions +mean \(95 % interval\)\nndcg@10 +1 +\S+ \(\S+ to \S+\)\n/)
    expect(code).toBe(1)
  })

  it('refuses a document that is not there by its line, and a bad line by its field', async () => {
    const missing = await evaluate([...asked, { question: 'x', relevant: ['nope.md'] }])
    expect(missing).toMatchObject({ code: 2, stdout: '' })
    expect(missing.stderr).toMatch(/line 3: relevant: id: there is no document "nope.md"/)
    const bad = await evaluate([{ question: '', relevant: ['pilots.md'] }])
    expect(bad).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/line 1: question: must not be empty\n$/),
    })
  })
})
