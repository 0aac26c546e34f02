// The public sets as one kind of row: a question, and how well models of each size answered it.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseCsv } from './csv.ts'

/** Scores are 0..1; a tier without a model in the set has none. */
export type Row = {
  readonly set: 'mmlu' | 'gsm8k' | 'mt-bench' | 'dcrouter'
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

/** Prompts that the paper's training data also holds; dropped, as in RouteLLM's own evaluation. */
function readContaminated(folder: string): Set<string> {
  const lines = readLines(join(folder, 'contaminated_prompts.jsonl')) as { eval_prompt: string }[]
  return new Set(lines.map((line) => line.eval_prompt))
}

function readLines(file: string): unknown[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as unknown)
}

/** RouteLLM's pair: Mixtral 8x7B (13 billion active parameters) stands for tier M, GPT-4 for XL. */
function readPair(set: 'mmlu' | 'gsm8k', folder: string, files: readonly string[]): Row[] {
  const contaminated = readContaminated(folder)
  return files
    .flatMap((file) => parseCsv(readFileSync(join(folder, file), 'utf8')))
    .flatMap((row) => {
      const question = row.get('prompt') ?? ''
      if (contaminated.has(question)) return []
      const [weak, strong] = [Number(row.get(WEAK) === 'True'), Number(row.get(STRONG) === 'True')]
      return [{ set, question, weak, strong, tiers: { m: weak, xl: strong } }]
    })
}

function readMmlu(data: string): Row[] {
  const folder = join(data, 'routellm/mmlu')
  const files = readdirSync(join(folder, 'responses')).toSorted()
  return readPair(
    'mmlu',
    folder,
    files.map((name) => join('responses', name)),
  )
}

function readGsm8k(data: string): Row[] {
  return readPair('gsm8k', join(data, 'routellm/gsm8k'), ['gsm8k_responses.csv'])
}

/** 80 conversations of two turns, routed by the first; a model's result is the mean of its two marks, as a share of ten. */
export function readMtBench(data: string): Row[] {
  const folder = join(data, 'routellm/mt_bench')
  const contaminated = readContaminated(folder)
  const questions = readLines(join(folder, 'question.jsonl')) as { question_id: number; turns: string[] }[]
  const marks = readLines(join(folder, 'judgements.jsonl')) as {
    question_id: number
    model: string
    score: number
  }[]
  return questions.flatMap(({ question_id, turns: [question = ''] }) => {
    if (contaminated.has(question)) return []
    const of = (model: string) =>
      marks
        .filter((mark) => mark.question_id === question_id && mark.model === model)
        .reduce((sum, { score }) => sum + score / 20, 0)
    const [weak, strong] = [of(WEAK), of(STRONG)]
    return [{ set: 'mt-bench' as const, question, weak, strong, tiers: { m: weak, xl: strong } }]
  })
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

export type Training = { readonly mmlu: Row[]; readonly gsm8k: Row[]; readonly dcrouter: Row[] }

/** The sets that the shipped classifier is trained on. */
export function readTraining(data: string): Training {
  if (!existsSync(join(data, 'routellm')) || !existsSync(join(data, 'dcrouter')))
    throw new Error(
      `"${data}" does not hold routellm/ and dcrouter/: name the folder that does in FAIRLEAD_DATA`,
    )
  return { mmlu: readMmlu(data), gsm8k: readGsm8k(data), dcrouter: readDcrouter(data, 'train') }
}
