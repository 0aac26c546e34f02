import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Judged, TextDocument } from '../judged.ts'
import { wholeDocument } from './files.ts'
import { smartJudgements, smartRecords } from './smart.ts'

const FILES = {
  cranfield: ['cran.all.1400', 'cran.qry', 'cranqrel'],
  cisi: ['CISI.ALL', 'CISI.QRY', 'CISI.REL'],
} as const

/** Documents and questions are numbered by their place, as the judgements are. Gains are binary, as in the figures we compare with. */
function readSmart(data: string, name: keyof typeof FILES): Judged<TextDocument> {
  const [documents, questions, judgements] = FILES[name].map((file) =>
    readFileSync(join(data, name, file), 'utf8'),
  )
  const relevant = smartJudgements(judgements ?? '')
  return {
    name,
    documents: smartRecords(documents ?? '').map((fields, i) => {
      return { id: String(i + 1), title: fields.get('T') ?? '', text: fields.get('W') ?? '' }
    }),
    questions: smartRecords(questions ?? '').flatMap((fields, i) => {
      const judged = relevant.get(String(i + 1))
      return judged ? [{ text: questionOf(fields), targets: [...judged].map(wholeDocument) }] : []
    }),
    metrics: ['ndcg@10', 'recall@10', 'precision@10'],
    topK: 40,
  }
}

/** Half of CISI's questions are abstracts, and have the title of theirs. */
const questionOf = (fields: ReadonlyMap<string, string>) =>
  [fields.get('T'), fields.get('W')].filter(Boolean).join('\n')

/** Cranfield 1400: abstracts on aerodynamics. */
export const readCranfield = (data: string): Judged<TextDocument> => readSmart(data, 'cranfield')

/** CISI: abstracts on library science, questions that are long. */
export const readCisi = (data: string): Judged<TextDocument> => readSmart(data, 'cisi')
