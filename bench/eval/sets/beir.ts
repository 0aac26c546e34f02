import { readFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { z } from 'zod'
import type { Target } from '../../../shared/domain/evaluation/judged.ts'
import type { Judged } from '../judged.ts'
import { readJsonLines } from './files.ts'

const text = z.object({ _id: z.coerce.string(), title: z.string().default(''), text: z.string() })

/** A folder of https://github.com/beir-cellar/beir: corpus.jsonl, queries.jsonl, qrels/test.tsv. */
export function readBeir(folder: string): Judged {
  const read = (file: string) => z.array(text).parse(readJsonLines(join(folder, file)))
  const targets = judgements(readFileSync(join(folder, 'qrels/test.tsv'), 'utf8'))
  return {
    name: `beir-${basename(resolve(folder)).toLowerCase()}`.replaceAll(/[^a-z0-9_-]+/g, '-').slice(0, 63),
    documents: read('corpus.jsonl').map(({ _id, ...document }) => ({ id: _id, ...document })),
    // As in BEIR, a question that is a document itself (ArguAna) does not find that one.
    questions: read('queries.jsonl').flatMap(({ _id, text: question }) => {
      const judged = targets.get(_id)
      return judged ? [{ text: question, targets: judged, besides: _id }] : []
    }),
    metrics: ['ndcg@10', 'recall@10', 'recall@100'],
    topK: 100,
  }
}

function judgements(tsv: string): Map<string, Target[]> {
  const targets = new Map<string, Target[]>()
  const [, ...lines] = tsv.trim().split(/\r?\n/)
  for (const line of lines) {
    const [question = '', documentId = '', score = ''] = line.split('\t')
    const gain = Number(score)
    if (gain > 0) targets.set(question, [...(targets.get(question) ?? []), { documentId, span: null, gain }])
  }
  return targets
}
