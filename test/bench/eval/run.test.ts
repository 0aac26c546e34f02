import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { missedBars, readBars } from '../../../bench/eval/bars.ts'
import { configurationsFor } from '../../../bench/eval/configurations.ts'
import type { Judged } from '../../../bench/eval/judged.ts'
import { differences, writeReport } from '../../../bench/eval/report.ts'
import { runConfigurations, type SetResult } from '../../../bench/eval/run.ts'
import type { Client } from '../../../cli/lib/client.ts'
import { Failure } from '../../../cli/lib/failure.ts'

const found = (documentId: string) => ({ documentId, start: 0, end: 5, score: 1 })
const set: Judged = {
  name: 'tiny',
  documents: [],
  questions: ['a', 'b'].map((id) => ({
    text: id,
    targets: [{ documentId: id, span: null, gain: 1 }],
    besides: 'x',
  })),
  metrics: ['ndcg@10', 'recall@1'],
  topK: 3,
}

/** Finds what the question says, behind the other where `fusion` is "worse", and refuses any other. */
function platform() {
  const asked: Record<string, unknown>[] = []
  const client = {
    url: '',
    call: async (_route: unknown, { body }: { body: { query: string; retrieval?: { fusion: string } } }) => {
      asked.push(body)
      const fusion = body.retrieval?.fusion
      if (fusion !== undefined && fusion !== 'worse')
        throw new Failure(4, 'retrieval.fusion: no', { code: 'invalid_request' })
      const other = body.query === 'a' ? 'b' : 'a'
      return { hits: (fusion ? [other, body.query] : ['x', body.query, other]).map(found) }
    },
  } as unknown as Client
  return { client, asked }
}

async function run(configurations: Parameters<typeof runConfigurations>[2]) {
  const { client, asked } = platform()
  const said: string[] = []
  const results = await runConfigurations(client, set, configurations, (line) => said.push(line))
  const result: SetResult = {
    set: 'tiny',
    documents: 2,
    questions: 2,
    ingestSeconds: 0,
    configurations: results,
  }
  return { result, asked, said }
}

const plain = { name: 'default', retrieval: undefined }
const worse = { name: 'worse', retrieval: { fusion: 'worse' } }

describe('a run', () => {
  it('sends the configuration as it is with each search, and none for the default', async () => {
    const { asked } = await run([plain, worse])
    const body = { collection: 'tiny', topK: 3 }
    expect(asked).toEqual([
      { ...body, query: 'a' },
      { ...body, query: 'b' },
      { ...body, query: 'a', retrieval: { fusion: 'worse' } },
      { ...body, query: 'b', retrieval: { fusion: 'worse' } },
    ])
  })

  it('does not count the document that a question is itself, and compares with the default', async () => {
    const { result } = await run([plain, worse])
    const [first, second] = result.configurations
    expect(first?.metrics.map(({ mean }) => mean)).toEqual([1, 1])
    expect(second?.metrics.map(({ mean }) => mean)).toEqual([1 / Math.log2(3), 0])
    expect(second?.metrics[1]?.difference).toEqual({ mean: -1, low: -1, high: -1 })
    expect(differences(result).rows[0]?.[2]).toBe('-1.000 (-1.000 to -1.000) *')
  })

  it('leaves out what the platform refuses, and says so', async () => {
    const { result, said } = await run([plain, { name: 'mine', retrieval: { fusion: 'x' } }, worse])
    expect(result.configurations.map(({ name }) => name)).toEqual(['default', 'worse'])
    expect(said).toEqual(['mine: left out, since the platform refuses it: retrieval.fusion: no'])
  })

  it('writes its figures for people and for programs', async () => {
    const { result } = await run([plain, worse])
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-report-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    await writeReport(folder, 'Embedder: edge-static.', [result])
    const text = readFileSync(join(folder, 'report.md'), 'utf8')
    expect(text).toContain(
      '\n| 2 questions | ndcg@10 | recall@1 | ms |\n| --- | --- | --- | --- |\n| default | 1.000 (',
    )
    expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))).toMatchObject({
      sets: [{ set: 'tiny', configurations: [{ name: 'default' }, { name: 'worse' }] }],
    })
  })
})

describe('a bar', () => {
  it('holds the default to a figure, and what was not measured is below', async () => {
    const { result } = await run([plain, worse])
    const missed = (...bars: string[]) => missedBars(readBars(bars), [result])
    expect(missed('tiny.ndcg=1', 'tiny.recall@1=.5')).toEqual([])
    const low = { ...result, configurations: result.configurations.slice(1) }
    expect(missedBars(readBars(['tiny.recall=.5']), [low])).toEqual(['tiny.recall@1 is 0.0000, below 0.5'])
    expect(missed('tiny.pass=.5', 'other.ndcg=.5')).toEqual([
      '--at-least: tiny.pass was not measured',
      '--at-least: other.ndcg was not measured',
    ])
  })

  it('has to name its set', () => {
    expect(() => readBars(['ndcg=.5'])).toThrow('--at-least: "ndcg=.5" is not SET.METRIC=N')
  })
})

describe('the configurations', () => {
  it('begin with the default, then those of the files, by their names', () => {
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-configuration-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'mine.json')
    writeFileSync(file, '{"fusion": "rrf"}')
    const all = configurationsFor([file], false)
    expect(all[0]).toEqual({ name: 'default', retrieval: undefined })
    expect(all.at(-1)).toEqual({ name: 'mine', retrieval: { fusion: 'rrf' } })
    writeFileSync(file, '[]')
    expect(() => configurationsFor([file], false)).toThrow(`--config: ${file} is not the object`)
  })

  it('of an ablation switch one stage each', () => {
    const [, ...stages] = configurationsFor([], true)
    expect(stages.length).toBeGreaterThan(5)
    for (const { retrieval } of stages) expect(Object.keys(retrieval ?? {})).toHaveLength(1)
  })
})
