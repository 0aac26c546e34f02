// npm run measure:retrieval: whether what a search finds says more about a question than the question itself does.
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apiClient, type Client } from '../../cli/lib/client.ts'
import { startPlatform } from '../../cli/platform/start.ts'
import weights from '../../models/complexity/weights.json' with { type: 'json' }
import { searchRoute } from '../../shared/api/search.ts'
import { complexityClassifier } from '../../shared/domain/complexity/classify.ts'
import {
  correctTier,
  type RetrievalSignals,
  retrievalSignals,
} from '../../shared/domain/complexity/retrieval.ts'
import { TIERS } from '../../shared/domain/tiers.ts'
import { ingest } from '../eval/ingest.ts'
import { table } from '../lib/table.ts'
import { dot, logistic } from './logistic.ts'
import { auroc } from './metrics.ts'
import { seeded, shuffled } from './random.ts'

const data = process.env['FAIRLEAD_DATA'] ?? ''
const SAMPLE = 300
const SEED = 5
const COLLECTION = 'paragraphs'
const KINDS = ['single', 'multi', 'unanswerable'] as const

type Paragraph = { id: string; title: string; text: string }
type Asked = { readonly question: string; readonly kind: (typeof KINDS)[number] }

/** SQuAD 2.0: each question is asked of one paragraph, or has no answer in it. */
function readSquad(): { paragraphs: Paragraph[]; questions: Asked[] } {
  const file = JSON.parse(readFileSync(join(data, 'squad-v2/dev-v2.0.json'), 'utf8')) as {
    data: {
      title: string
      paragraphs: { context: string; qas: { question: string; is_impossible: boolean }[] }[]
    }[]
  }
  const paragraphs: Paragraph[] = []
  const questions: Asked[] = []
  for (const { title, paragraphs: own } of file.data)
    for (const { context, qas } of own) {
      paragraphs.push({ id: `squad-${paragraphs.length}`, title, text: context })
      for (const { question, is_impossible } of qas)
        questions.push({ question, kind: is_impossible ? 'unanswerable' : 'single' })
    }
  return { paragraphs, questions }
}

/** HotpotQA: each question needs two paragraphs of the ten that come with it. */
function readHotpot(): { paragraphs: Paragraph[]; questions: Asked[] } {
  const lines = readFileSync(join(data, 'hotpot-sample/hotpot_distractor_100.jsonl'), 'utf8')
    .trim()
    .split('\n')
  const rows = lines.map(
    (line) => JSON.parse(line) as { question: string; context: { title: string; sentences: string[] }[] },
  )
  const texts = new Map(
    rows.flatMap(({ context }) => context.map(({ title, sentences }) => [title, sentences.join('')])),
  )
  return {
    paragraphs: [...texts].map(([title, text], i) => ({ id: `hotpot-${i}`, title, text })),
    questions: rows.map(({ question }) => ({ question, kind: 'multi' })),
  }
}

async function signalsOf(client: Client, question: string): Promise<RetrievalSignals> {
  const { hits } = await client.call(searchRoute, {
    body: { query: question, collection: COLLECTION, topK: 10 },
  })
  return retrievalSignals(hits)
}

type Measured = Asked & RetrievalSignals & { readonly complexity: number }

async function main() {
  const [squad, hotpot] = [readSquad(), readHotpot()]
  const random = seeded(SEED)
  const questions = shuffled([...squad.questions, ...hotpot.questions], random)
  const asked = KINDS.flatMap((kind) => questions.filter((one) => one.kind === kind).slice(0, SAMPLE))
  const documents = [...squad.paragraphs, ...hotpot.paragraphs]
  const stateDir = await mkdtemp(join(tmpdir(), 'fairlead-retrieval-'))
  const platform = await startPlatform({ port: 0, stateDir, quiet: true, handbook: false })
  try {
    const client = apiClient({ url: platform.url, key: platform.apiKey })
    await ingest(client, COLLECTION, { documents })
    const classify = complexityClassifier(weights)
    const measured: Measured[] = []
    for (const one of asked) {
      const { complexity } = classify(one.question)
      measured.push({ ...one, ...(await signalsOf(client, one.question)), complexity })
    }
    console.log(
      `${asked.length} questions, ${documents.length} paragraphs\n\n${areas(measured)}\n\n${moves(measured)}`,
    )
  } finally {
    await platform.stop()
    await rm(stateDir, { recursive: true, force: true })
  }
}

function areas(measured: readonly Measured[]): string {
  const scores: Readonly<Record<string, (one: Measured) => number>> = {
    complexity: ({ complexity }) => complexity,
    'top score': ({ topScore }) => topScore,
    margin: ({ margin }) => -margin,
    supporting: ({ supporting }) => supporting,
    spread: ({ spread }) => spread,
  }
  const inputs = (one: Measured) => [1, ...Object.values(scores).map((scoreOf) => scoreOf(one))]
  const rows = Object.entries(scores).map(([name, scoreOf]) => [
    name,
    area(measured, 'multi', scoreOf),
    area(measured, 'unanswerable', scoreOf),
  ])
  const together = (kind: Asked['kind']) => {
    const own = measured.filter((one) => one.kind === kind || one.kind === 'single')
    const scored = new Map<Measured, number>()
    for (const fold of [0, 1, 2, 3, 4]) {
      const train = own.filter((_one, i) => i % 5 !== fold)
      const points = train.map((one) => ({ input: inputs(one), label: Number(one.kind === kind) }))
      const slopes = logistic(points, 6)
      for (const one of own.filter((_one, i) => i % 5 === fold)) scored.set(one, dot(slopes, inputs(one)))
    }
    return area(own, kind, (one) => scored.get(one) ?? 0)
  }
  return table(
    ['AUROC against one-paragraph questions', 'two paragraphs', 'no answer'],
    [...rows, ['all five, by folds', together('multi'), together('unanswerable')]],
  )
}

function area(measured: readonly Measured[], kind: Asked['kind'], scoreOf: (one: Measured) => number) {
  const of = (wanted: Asked['kind']) => measured.filter((one) => one.kind === wanted).map(scoreOf)
  return auroc(of(kind), of('single')).toFixed(3)
}

/** What correctTier does to each kind. */
function moves(measured: readonly Measured[]): string {
  const rows = KINDS.map((kind) => {
    const own = measured.filter((one) => one.kind === kind)
    const steps = own.map((one) => TIERS.indexOf(correctTier('m', one, true).tier) - TIERS.indexOf('m'))
    const percent = (step: number) =>
      `${((100 * steps.filter((own) => own === step).length) / own.length).toFixed(0)} %`
    return [kind, percent(1), percent(-1)]
  })
  return table(['correctTier moves', 'up', 'down'], rows)
}

await main()
