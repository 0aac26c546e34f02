import { join } from 'node:path'
import { z } from 'zod'
import type { Judged } from '../judged.ts'
import { readJson, wholeDocument } from './files.ts'

const file = z.object({
  data: z.array(
    z.object({
      title: z.string(),
      paragraphs: z.array(
        z.object({
          context: z.string(),
          qas: z.array(z.object({ question: z.string(), is_impossible: z.boolean() })),
        }),
      ),
    }),
  ),
})

/** SQuAD 2.0: paragraphs of Wikipedia; each question is asked of one of them, and half of them have no answer. */
export function readSquad(data: string): Judged {
  const articles = file.parse(readJson(join(data, 'squad-v2/dev-v2.0.json'))).data
  const paragraphs = articles.flatMap(({ title, paragraphs }) =>
    paragraphs.map((paragraph, i) => ({ ...paragraph, title, id: `${title}-${i}` })),
  )
  return {
    name: 'squad',
    documents: paragraphs.map(({ id, title, context }) => ({
      id,
      title: title.replaceAll('_', ' '),
      text: context,
    })),
    questions: paragraphs.flatMap(({ id, qas }) =>
      qas.map(({ question, is_impossible }) => ({
        text: question.trim(),
        targets: is_impossible ? [] : [wholeDocument(id)],
      })),
    ),
    metrics: ['ndcg@10', 'recall@1', 'recall@5', 'recall@10'],
    topK: 40,
  }
}
