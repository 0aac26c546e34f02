// The public sets as one kind of row: a question, and how well models of each size answered it.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseCsv } from './csv.ts'

/** Scores are 0..1; a tier without a model in the set has none. */
export type Row = {
  readonly set: 'mmlu' | 'gsm8k' | 'dcrouter'
  readonly question: string
  /** The pair between which a router chooses. */
  readonly weak: number
  readonly strong: number
  readonly tiers: { readonly s?: number; readonly m: number; readonly l?: number; readonly xl?: number }
  /** Of dcrouter: each model's score. */
  readonly models?: Readonly<Record<string, number>>
}

const WEAK = 'mistralai/Mixtral-8x7B-Instruct-v0.1'
const STRONG = 'gpt-4-1106-preview'

/** A pair of models of RouteLLM: Mixtral 8x7B (13 billion active) is tier M, GPT-4 tier XL. */
function readPair(set: 'mmlu' | 'gsm8k', files: readonly string[], contaminated: string): Row[] {
  const dropped = new Set(
    readFileSync(contaminated, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { eval_prompt: string }).eval_prompt),
  )
  const rows = files.flatMap((file) => parseCsv(readFileSync(file, 'utf8')))
  return rows.flatMap((row) => {
    const question = row.get('prompt') ?? ''
    if (dropped.has(question)) return []
    const [weak, strong] = [Number(row.get(WEAK) === 'True'), Number(row.get(STRONG) === 'True')]
    return [{ set, question, weak, strong, tiers: { m: weak, xl: strong } }]
  })
}

export function readMmlu(data: string): Row[] {
  const folder = join(data, 'routellm/mmlu/responses')
  const files = readdirSync(folder)
    .toSorted()
    .map((name) => join(folder, name))
  return readPair('mmlu', files, join(data, 'routellm/mmlu/contaminated_prompts.jsonl'))
}

export function readGsm8k(data: string): Row[] {
  const folder = join(data, 'routellm/gsm8k')
  return readPair('gsm8k', [join(folder, 'gsm8k_responses.csv')], join(folder, 'contaminated_prompts.jsonl'))
}

/** dcrouter has nine models of 7 to 70 billion parameters: three older ones of 7 to 8 billion stand for tier S, three newer ones for M, the best for L. */
const SMALL = ['mistral-7b-instruct-v0.3', 'codegemma-7b', 'llama3-chatqa-1.5-8b']
const MEDIUM = ['llama-3.1-8b-instruct', 'gemma-2-9b-it', 'qwen2.5-7b-instruct']
const LARGE = ['llama-3.1-nemotron-51b-instruct']

export function readDcrouter(data: string, part: 'train' | 'test'): Row[] {
  const rows = JSON.parse(readFileSync(join(data, `dcrouter/${part}.json`), 'utf8')) as {
    question: string
    scores: Record<string, number>
  }[]
  return rows.map(({ question, scores }) => {
    const mean = (models: readonly string[]) =>
      models.reduce((sum, model) => sum + (scores[model] ?? 0), 0) / models.length
    const [s, m, l] = [mean(SMALL), mean(MEDIUM), mean(LARGE)]
    return { set: 'dcrouter', question, weak: m, strong: l, tiers: { s, m, l }, models: scores }
  })
}

/** Letters and digits of the question proper: two prompts with the same key ask the same, however each set has wrapped it. */
export function keyOf({ question }: Row): string {
  const [bare = ''] = question.split(/\nAfter careful thought|\nA\. /)
  return bare.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '')
}

/** The rows that ask nothing that `others` ask. */
export function without(rows: readonly Row[], others: readonly Row[]): Row[] {
  const keys = new Set(others.map(keyOf))
  return rows.filter((row) => !keys.has(keyOf(row)))
}

export function readAll(data: string): Row[] {
  return [...readMmlu(data), ...readGsm8k(data), ...readDcrouter(data, 'train')]
}
