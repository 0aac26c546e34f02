import { join } from 'node:path'
import { z } from 'zod'
import type { Span } from '../../../shared/domain/document.ts'
import type { Judged } from '../judged.ts'
import { readJson, readJsonLines } from './files.ts'

const FOLDER = 'anthropic-contextual'
const file = z.object({
  original_uuid: z.string(),
  chunks: z.array(z.object({ original_index: z.int(), content: z.string() })),
})
const asked = z.object({ query: z.string(), golden_chunk_uuids: z.array(z.tuple([z.string(), z.int()])) })

/** Anthropic's contextual retrieval: source files that come in chunks, and the chunks that answer each question. */
export function readContextual(data: string): Judged {
  const read = (name: string) => join(data, FOLDER, name)
  const files = z.array(file).parse(readJson(read('codebase_chunks.json')))
  const spans = new Map(
    files.map(({ original_uuid, chunks }) => [original_uuid, spansOf(chunks.map(({ content }) => content))]),
  )
  return {
    name: 'contextual',
    documents: files.map(({ original_uuid: id, chunks }) => {
      return { id, title: '', chunks: chunks.map(({ content }) => content) }
    }),
    questions: z
      .array(asked)
      .parse(readJsonLines(read('evaluation_set.jsonl')))
      .map(({ query, golden_chunk_uuids }) => ({
        text: query,
        targets: golden_chunk_uuids.map(([documentId, index]) => {
          const span = spans.get(documentId)?.[index]
          if (!span) throw new Error(`contextual: there is no chunk ${index} of ${documentId}`)
          return { documentId, span, gain: 1 }
        }),
      })),
    metrics: ['pass@5', 'pass@10', 'pass@20'],
    topK: 20,
  }
}

/** Where chunks stand in the text that the platform makes of them: a blank line apart. */
function spansOf(chunks: readonly string[]): Span[] {
  let next = 0
  return chunks.map((chunk) => {
    const start = next
    const end = start + chunk.replaceAll(/\r\n?/g, '\n').replaceAll('\uFEFF', '').length
    next = end + 2
    return { start, end }
  })
}
