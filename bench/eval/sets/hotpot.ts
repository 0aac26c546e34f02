import { join } from 'node:path'
import { z } from 'zod'
import type { Judged } from '../judged.ts'
import { readJsonLines, wholeDocument } from './files.ts'

const row = z.object({
  question: z.string(),
  supporting: z.array(z.string()),
  context: z.array(z.object({ title: z.string(), sentences: z.array(z.string()) })),
})

/** HotpotQA: each question needs two paragraphs, which stand among those of all questions. */
export function readHotpot(data: string): Judged {
  const rows = z.array(row).parse(readJsonLines(join(data, 'hotpot-sample/hotpot_distractor_100.jsonl')))
  const texts = new Map(
    rows.flatMap(({ context }) => context.map(({ title, sentences }) => [title, sentences.join('')])),
  )
  return {
    name: 'hotpot',
    documents: [...texts].map(([title, text]) => ({ id: title, title, text })),
    questions: rows.map(({ question, supporting }) => ({
      text: question,
      targets: [...new Set(supporting)].map(wholeDocument),
    })),
    metrics: ['ndcg@10', 'recall@2', 'recall@5', 'recall@10'],
    topK: 40,
  }
}
