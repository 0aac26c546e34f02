import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
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

/** The `retrieval` of a search in a file of that name. */
async function settings(name: string, retrieval: unknown): Promise<readonly string[]> {
  const path = join(folder, `${name}.json`)
  await writeFile(path, JSON.stringify(retrieval))
  return ['--config', path]
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

  it('holds settings of one’s own against those of the collection, and writes a report', async () => {
    const lines = [...asked, { question: 'Zyzzyva quokka frobnication?', unanswerable: true }]
    const nothing = await settings('nothing', { minProbability: 1 })
    const same = await settings('same', {})
    const reports = join(folder, unique('report'))
    const { code, stdout, stderr } = await evaluate(lines, ...nothing, ...same, '--report', reports)
    expect(stderr).toBe('')
    expect(code).toBe(0)
    expect(stdout).toMatch(/^metric +own settings +nothing +same\nndcg@10 +1\.000 \(.*\) +\.000 \(/)
    expect(stdout).toMatch(
      /\nless own settings +nothing +same\nndcg@10 +-1\.000 \(-1\.000 to -1\.000\) \* +\.000 \(\.000 to \.000\)\n/,
    )
    const text = await readFile(join(reports, 'report.md'), 'utf8')
    expect(text).toContain('\n| metric | own settings | nothing | same |\n')
    expect(text).toMatch(
      /\n\| less own settings \| nothing \| same \|\n.*\n\| ndcg@10 \| -1\.000 \(.*\) \* \|/,
    )
    expect(text).toMatch(/\n\| auroc \| .* \|\n\| hit-auroc \| .* \|\n\| hit-error \| /)
    const report = JSON.parse(await readFile(join(reports, 'report.json'), 'utf8'))
    const [own, first, second] = report.configurations
    expect(report).toMatchObject({ collection: COLLECTION, questions: 3, leftOut: 0, refused: [] })
    expect(report.metrics).toEqual(own.metrics)
    expect(first).toMatchObject({ name: 'nothing', retrieval: { minProbability: 1 } })
    expect(second.metrics[0].difference).toEqual({ mean: 0, low: 0, high: 0 })
  })

  it('compares answers too, each asked with its settings', async () => {
    const nothing = await settings('nothing', { minProbability: 1 })
    const { stdout } = await evaluate(asked, ...nothing, '--answers', '--json')
    const [own, other] = JSON.parse(stdout).configurations
    const of = ({ metrics }: { metrics: { metric: string }[] }, name: string) =>
      metrics.find(({ metric }) => metric === name)
    expect(of(own, 'answered')).toMatchObject({ questions: 2, mean: 1 })
    expect(of(other, 'answered')).toMatchObject({ mean: 0, difference: { mean: -1, low: -1, high: -1 } })
    expect(of(other, 'grounding')).toBeUndefined()
  })

  it('tells what the platform refuses in its words, leaves the others, and ends with 1', async () => {
    const bad = await settings('bad', { fusion: 'magic' })
    const { code, stdout, stderr } = await evaluate(asked, ...bad, ...(await settings('good', {})), '--json')
    expect(stderr).toMatch(/^bad: left out, since the platform refuses it: retrieval\.fusion: .*\n$/)
    expect(JSON.parse(stdout)).toMatchObject({
      metrics: [{ metric: 'ndcg@10', mean: 1 }, ...Array(8).fill(expect.anything())],
      configurations: [{ name: 'own settings' }, { name: 'good' }],
      refused: [{ name: 'bad', message: expect.stringContaining('retrieval.fusion') }],
    })
    expect(code).toBe(1)
  })

  it('refuses wrong settings and a bar that holds nothing before it asks anything', async () => {
    const missing = await evaluate(asked, '--config', '/nowhere.json')
    expect(missing).toEqual({
      code: 2,
      stdout: '',
      stderr: '--config: /nowhere.json cannot be read (ENOENT)\n',
    })
    const { code, stderr } = await evaluate(asked, '--at-least', 'hit-error=0.1')
    expect(stderr).toContain('of hit-error less is better')
    expect(code).toBe(2)
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
