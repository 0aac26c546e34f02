import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { parseCsv } from '../../complexity/csv.ts'
import type { Judged } from '../judged.ts'

const reference = z.object({ content: z.string(), start_index: z.int(), end_index: z.int() })

/** Chroma's evaluation of chunking: five long documents, all in one collection, and the characters that answer each question. */
export function readChroma(data: string): Judged {
  const folder = join(data, 'chroma-chunking')
  const corpora = readdirSync(join(folder, 'corpora')).toSorted()
  const texts = new Map(corpora.map((file) => [file, readFileSync(join(folder, 'corpora', file), 'utf8')]))
  return {
    name: 'chroma',
    documents: corpora.map((id) => ({ id, title: '', text: texts.get(id) ?? '', mediaType: 'text/plain' })),
    questions: parseCsv(readFileSync(join(folder, 'questions_df.csv'), 'utf8')).map((row) => {
      const documentId = `${row.get('corpus_id')}.md`
      const references = z.array(reference).parse(JSON.parse(row.get('references') ?? ''))
      return {
        text: row.get('question') ?? '',
        targets: references.map(({ content, start_index: start, end_index: end }) => {
          if (texts.get(documentId)?.slice(start, end) !== content)
            throw new Error(`chroma: ${documentId} does not have "${content}" at ${start}`)
          return { documentId, span: { start, end }, gain: 1 }
        }),
      }
    }),
    metrics: ['span-recall@5', 'span-precision@5', 'iou@5'],
    topK: 5,
  }
}
