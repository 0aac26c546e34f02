import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { missedBars, readBars } from '../../../bench/eval/bars.ts'
import { configurationsFor } from '../../../bench/eval/configurations.ts'
import type { Judged } from '../../../bench/eval/judged.ts'
import { measureProbability } from '../../../bench/eval/probability.ts'
import { writeSets } from '../../../bench/eval/report.ts'
import { runSet, type SetResult } from '../../../bench/eval/run.ts'
import type { Client } from '../../../cli/lib/client.ts'
import type { Configuration } from '../../../cli/lib/eval/configurations.ts'
import { Failure } from '../../../cli/lib/failure.ts'

const found = (documentId: string) => ({ documentId, start: 0, end: 5, probability: 0.9 })
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

async function run(configurations: readonly Configuration[]) {
  const { client, asked } = platform()
  const measured = await runSet(client, set, configurations)
  const result: SetResult = {
    set: 'tiny',
    documents: 2,
    questions: 2,
    ingestSeconds: 0,
    ...measured,
    probability: await measureProbability(client, set, [set]),
  }
  return { result, asked: asked.slice(0, -set.questions.length) }
}

const plain = { name: 'default', retrieval: undefined }
const worse = { name: 'worse', retrieval: { fusion: 'worse' } }

describe('a run', () => {
  it('sends the configuration as it is with each search, and none for the default', async () => {
    const { asked } = await run([plain, worse])
    const body = { collection: 'tiny', topK: 3 }
    const byDefault = [
      { ...body, query: 'a' },
      { ...body, query: 'b' },
    ]
    expect(asked).toEqual([
      // What is cold is warmed first.
      ...byDefault,
      ...byDefault,
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
  })

  it('writes its figures for people and for programs, with what probabilities are worth and what was refused', async () => {
    const { result } = await run([plain, { name: 'mine', retrieval: { fusion: 'x' } }, worse])
    const folder = mkdtempSync(join(tmpdir(), 'fairlead-report-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    await writeSets(folder, 'Embedder: edge-static.', [result])
    const text = readFileSync(join(folder, 'report.md'), 'utf8')
    expect(text).toContain(
      '\n| 2 questions | ndcg@10 | recall@1 | ms |\n| --- | --- | --- | --- |\n| default | 1.000 (',
    )
    expect(text).toContain('\n| worse | -.369 (-.369 to -.369) * | -1.000 (-1.000 to -1.000) * |')
    expect(text).toContain(
      '\nDefault, probability: AUROC of hits .500 (.500 to .500), calibration error .400 (',
    )
    expect(text).toContain('\nmine: left out, since the platform refuses it: retrieval.fusion: no\n')
    expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))).toMatchObject({
      sets: [
        {
          set: 'tiny',
          configurations: [{ name: 'default' }, { name: 'worse' }],
          refused: [{ name: 'mine', message: 'retrieval.fusion: no' }],
          probability: [
            { metric: 'hit-auroc', questions: 2, mean: 0.5 },
            { metric: 'hit-error', questions: 2 },
          ],
        },
      ],
    })
  })
})

describe('a bar', () => {
  it('holds the default to a figure, and what was not measured is below', async () => {
    const { result } = await run([plain, worse])
    const missed = (...bars: string[]) => missedBars(readBars(bars), [result])
    expect(missed('tiny.ndcg=1', 'tiny.recall@1=.5', 'tiny.hit-auroc=.5')).toEqual([])
    const low = { ...result, configurations: result.configurations.slice(1) }
    expect(missedBars(readBars(['tiny.recall=.5']), [low])).toEqual(['tiny.recall@1 is 0.0000, below 0.5'])
    expect(missed('tiny.pass=.5', 'other.ndcg=.5')).toEqual([
      '--at-least: "tiny.pass" was not measured; measured are ndcg@10, recall@1, hit-auroc, hit-error',
      '--at-least: "other.ndcg" was not measured',
    ])
  })

  it('has to name its set, and a metric of which more is better', () => {
    expect(() => readBars(['tiny.hit-error=.1'])).toThrow(
      '--at-least: "tiny.hit-error=.1": of hit-error less',
    )
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
  })

  it('of an ablation switch one stage each', () => {
    const [, ...stages] = configurationsFor([], true)
    expect(stages.length).toBeGreaterThan(5)
    for (const { retrieval } of stages) expect(Object.keys(retrieval ?? {})).toHaveLength(1)
  })
})
