import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Judged } from './judged.ts'

/** Records of the classic collections: `.I 7`, then fields `.T`, `.W` … on lines of their own. */
function records(text: string): Map<string, string>[] {
  return text
    .split(/^\.I .*$/m)
    .slice(1)
    .map((record) => {
      const parts = record.split(/^\.([A-Z])\s*$/m).slice(1)
      const fields = new Map<string, string>()
      for (let i = 0; i < parts.length; i += 2)
        fields.set(parts[i] ?? '', (parts[i + 1] ?? '').replaceAll(/\s+/g, ' ').trim())
      return fields
    })
}

/** Cranfield 1400: documents and questions are numbered by their place, as the judgements are. Gains are binary, as in the figures we compare with. */
export function readCranfield(folder: string): Judged {
  const read = (file: string) => readFileSync(join(folder, 'cranfield', file), 'utf8')
  const documents = records(read('cran.all.1400')).map((fields, i) => {
    const title = fields.get('T') ?? ''
    return { id: String(i + 1), title, text: fields.get('W') ?? '' }
  })
  const relevant = new Map<string, Set<string>>()
  for (const line of read('cranqrel').trim().split('\n')) {
    const [question = '', document = ''] = line.trim().split(/\s+/)
    relevant.set(question, (relevant.get(question) ?? new Set()).add(document))
  }
  const questions = records(read('cran.qry')).flatMap((fields, i) => {
    const judged = relevant.get(String(i + 1))
    return judged ? [{ text: fields.get('W') ?? '', relevant: judged }] : []
  })
  return { name: 'cranfield', documents, questions }
}
