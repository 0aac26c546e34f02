// npm run bench:retrieval: one shard filled with real text, in workerd: how long a hybrid search takes, step by step, and what it holds in memory.
import { parseArgs } from 'node:util'
import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { PROJECT } from '../cli/lib/project.ts'
import { bundle } from '../cli/platform/bundle.ts'
import { cpuOfTree, memoryOfTree } from './lib/processes.ts'
import { median, percentile } from './lib/stats.ts'
import { table } from './lib/table.ts'
import { type BenchDocument, benchTexts, type Texts } from './retrieval/texts.ts'

const HELP = `npm run bench:retrieval -- [options]
  --chunks N,N       sizes at which the shard is searched (default: 10000,100000)
  --dimensions N,N   of the vectors (default: 256,384)
  --at-most-ms N,N   fail when the median of a search is above, size by size
  --data DIR         folder of the public sets (default: FAIRLEAD_DATA)`

const DOCUMENTS_PER_CALL = 25
const WARM_UP = 20
const EXACT_QUESTIONS = 5

const { values } = parseArgs({
  options: {
    chunks: { type: 'string', default: '10000,100000' },
    dimensions: { type: 'string', default: '256,384' },
    'at-most-ms': { type: 'string', default: '' },
    data: { type: 'string', default: process.env['FAIRLEAD_DATA'] },
    help: { type: 'boolean', default: false },
  },
})

const numbers = (list: string) => list.split(',').filter(Boolean).map(Number)

async function startWorker(): Promise<Miniflare> {
  const modules = await bundle('retrieval', 'bench/retrieval/worker.ts')
  return new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      telemetry: { enabled: false },
      workers: [
        {
          name: 'retrieval',
          compatibilityDate: '2026-11-01',
          modulesRoot: PROJECT,
          modules,
          durableObjects: { SHARDS: { className: 'BenchShard', useSQLite: true } },
        },
      ],
    }),
  )
}

type Timed = { readonly stages: Readonly<Record<string, number>>; readonly hits: number }

/** The shard under test, as the Worker of the benchmark lets it be called. */
function benchShard(miniflare: Miniflare, dimensions: number) {
  async function call<Answer>(path: string, body: string): Promise<Answer> {
    const url = `http://bench/${path}?shard=s${dimensions}&dimensions=${dimensions}`
    const response = await miniflare.dispatchFetch(url, { method: 'POST', body })
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`)
    return (await response.json()) as Answer
  }
  return {
    add: (documents: readonly BenchDocument[]) => call<number>('add', JSON.stringify(documents)),
    search: (text: string) => call<Timed>('search', text),
    filtered: (text: string) => call<Timed>('filtered', text),
    steps: (text: string) => call<Timed>('steps', text),
    worstDifference: (texts: readonly string[]) => call<number>('exact', JSON.stringify(texts)),
    sleep: () => call<null>('sleep', ''),
  }
}

type Shard = ReturnType<typeof benchShard>

/** Adds documents until the shard holds `size` chunks; answers milliseconds per thousand chunks at the start and at the end. */
async function fill(shard: Shard, documents: Iterator<BenchDocument, void>, held: number, size: number) {
  const perThousandMs: number[] = []
  for (let chunks = held; chunks < size; ) {
    const batch: BenchDocument[] = []
    let added = 0
    while (batch.length < DOCUMENTS_PER_CALL && chunks + added < size) {
      const { value } = documents.next()
      if (!value) break
      const texts = value.texts.slice(0, size - chunks - added)
      batch.push({ ...value, texts })
      added += texts.length
    }
    perThousandMs.push(((await shard.add(batch)) / added) * 1_000)
    chunks += added
  }
  const few = Math.max(1, Math.floor(perThousandMs.length / 10))
  return { firstMs: median(perThousandMs.slice(0, few)), lastMs: median(perThousandMs.slice(-few)) }
}

const cpuMs = () => (cpuOfTree(process.pid).get('workerd') ?? Number.NaN) / 1_000
const memoryMb = () => (memoryOfTree(process.pid).get('workerd') ?? Number.NaN) / 1e6

/**
 * Every question once, in one call and then step by step. Clocks in workerd have whole milliseconds, so the whole is also timed from here,
 * which adds the way into the Worker.
 */
async function ask(shard: Shard, questions: readonly string[]) {
  for (const question of questions.slice(0, WARM_UP)) await shard.search(question)
  const samples = new Map<string, number[]>()
  const keep = (name: string, ms: number) => samples.set(name, [...(samples.get(name) ?? []), ms])
  const timed = async (call: Shard['search']) => {
    for (const question of questions) {
      const startMs = performance.now()
      const { stages, hits } = await call(question)
      if (call === shard.search) keep('seen by the caller', performance.now() - startMs)
      for (const [name, ms] of Object.entries(stages)) keep(name, ms)
      if (hits === 0) throw new Error(`nothing found for "${question}"`)
    }
  }
  const cpuBefore = cpuMs()
  await timed(shard.search)
  const cpu = (cpuMs() - cpuBefore) / questions.length
  await timed(shard.filtered)
  await timed(shard.steps)
  const rows = [...samples].map(([name, values]) => {
    const ascending = values.toSorted((a, b) => a - b)
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    return { name, p50: percentile(ascending, 0.5), p95: percentile(ascending, 0.95), mean }
  })
  return { rows, cpu, p50: rows.find(({ name }) => name === 'whole')?.p50 ?? Number.NaN }
}

/** Fills one shard to each size in turn and measures there; answers the medians. */
async function measure(dimensions: number, sizes: readonly number[], { documents, questions }: Texts) {
  const miniflare = await startWorker()
  const medians: number[] = []
  try {
    const shard = benchShard(miniflare, dimensions)
    const source = documents()
    let held = 0
    for (const size of sizes) {
      const { firstMs, lastMs } = await fill(shard, source, held, size)
      const startMs = performance.now()
      await shard.search(questions[0] ?? '')
      const firstSearchMs = performance.now() - startMs
      const { rows, cpu, p50 } = await ask(shard, questions)
      medians.push(p50)
      const worst = await shard.worstDifference(questions.slice(0, EXACT_QUESTIONS))
      const memory = memoryMb()
      await shard.sleep()
      const wokenMs = performance.now()
      await shard.search(questions[0] ?? '')
      const wakeMs = performance.now() - wokenMs
      console.log(`\n${size} chunks, ${dimensions} dimensions`)
      const cells = rows.map(({ name, p50: half, p95, mean }) => [name, half, p95, mean] as const)
      console.log(
        table(
          ['ms of a search', 'p50', 'p95', 'mean'],
          cells.map(([name, ...ms]) => [name, ...ms.map((value) => value.toFixed(1))]),
        ),
      )
      console.log(
        [
          `CPU of workerd per search ${cpu.toFixed(1)} ms, resident memory ${memory.toFixed(0)} MB`,
          `adding 1,000 chunks takes ${firstMs.toFixed(0)} ms from ${held} on and ${lastMs.toFixed(0)} ms up to ${size}`,
          `first search ${firstSearchMs.toFixed(0)} ms, first after the object slept ${wakeMs.toFixed(0)} ms`,
          `largest difference to plain arithmetic over the ten best: ${worst.toExponential(1)}`,
        ].join('\n'),
      )
      held = size
    }
  } finally {
    await miniflare.dispose()
  }
  return medians
}

async function main() {
  if (values.help) return console.log(HELP)
  const texts = benchTexts(values.data)
  const sizes = numbers(values.chunks)
  const limits = numbers(values['at-most-ms'])
  console.log(`${texts.questions.length} questions over ${texts.name}, chunks of 256 tokens`)
  for (const dimensions of numbers(values.dimensions)) {
    const medians = await measure(dimensions, sizes, texts)
    for (const [i, p50] of medians.entries())
      if (p50 > (limits[i] ?? Number.POSITIVE_INFINITY)) {
        console.error(`\n${sizes[i]} chunks: a median of ${p50.toFixed(1)} ms is above ${limits[i]} ms`)
        process.exitCode = 1
      }
  }
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
