import { createHash } from 'node:crypto'
import type { Row, Training } from './sets.ts'

const SOURCES: Readonly<Record<keyof Training, { source: string; licence: string }>> = {
  mmlu: {
    source: 'lm-sys/RouteLLM @ 0b64fda, routellm/evals/mmlu/responses, less contaminated_prompts.jsonl',
    licence: 'Apache-2.0 (questions: MMLU, MIT)',
  },
  gsm8k: {
    source:
      'lm-sys/RouteLLM @ 0b64fda, routellm/evals/gsm8k/gsm8k_responses.csv, less contaminated_prompts.jsonl',
    licence: 'Apache-2.0 (questions: GSM8K, MIT)',
  },
  dcrouter: {
    source: 'ulab-uiuc/LLMRouter @ 4e7a796, data/dcrouter_preprocessed/train.json',
    licence: 'MIT',
  },
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const describe = (name: keyof Training, rows: readonly Row[]) => ({
  name,
  questions: rows.length,
  ...SOURCES[name],
  sha256: sha256(JSON.stringify(rows)),
})

/** What the weights are and what they were made of, so that either can be checked. */
export function cardOf(weights: string, { mmlu, gsm8k, dcrouter }: Training): string {
  const card = {
    weights: { file: 'weights.json', bytes: weights.length, sha256: sha256(weights) },
    trainedOn: [describe('mmlu', mmlu), describe('gsm8k', gsm8k), describe('dcrouter', dcrouter)],
  }
  return `${JSON.stringify(card, null, 2)}\n`
}
