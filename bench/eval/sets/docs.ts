import { join } from 'node:path'
import { z } from 'zod'
import type { Judged } from '../judged.ts'
import { readJson, wholeDocument } from './files.ts'

const section = z.object({ chunk_link: z.string(), chunk_heading: z.string(), text: z.string() })
const asked = z.object({ question: z.string(), correct_chunks: z.array(z.string()) })

/** Anthropic's documentation by section, and the sections that answer each question. */
export function readDocs(data: string): Judged {
  const read = (name: string) => readJson(join(data, 'anthropic-contextual', name))
  const sections = z.array(section).parse(read('anthropic_docs.json'))
  return {
    name: 'docs',
    documents: sections.map(({ chunk_link: id, chunk_heading: title, text }) => ({ id, title, text })),
    questions: z
      .array(asked)
      .parse(read('docs_evaluation_dataset.json'))
      .map(({ question, correct_chunks }) => ({
        text: question,
        targets: correct_chunks.map(wholeDocument),
      })),
    metrics: ['recall@3', 'precision@3', 'recall@10', 'ndcg@10'],
    topK: 40,
  }
}
