import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A statement with the text it is said to rest on, and whether people found that it does. */
export type Statement = {
  readonly claim: string
  readonly evidence: string
  readonly isSupported: boolean
}

export type StatementSet = {
  readonly name: string
  readonly split: 'dev' | 'test'
  readonly statements: readonly Statement[]
}

type WiceRow = { readonly label: string; readonly claim: string; readonly evidence: readonly string[] }

/** WiCE: sentences of Wikipedia with the page they cite; what is supported in part counts as not supported. */
function readWice(folder: string, split: StatementSet['split']): StatementSet {
  const lines = readFileSync(join(folder, 'wice', `${split}.jsonl`), 'utf8')
    .trim()
    .split('\n')
  const statements = lines.map((line): Statement => {
    const { label, claim, evidence }: WiceRow = JSON.parse(line)
    return { claim, evidence: evidence.join('\n\n'), isSupported: label === 'supported' }
  })
  return { name: 'WiCE', split, statements }
}

/** BEGIN: replies of dialogue models with the passage they were given; generic replies count as not attributable. */
function readBegin(folder: string, domain: 'wow' | 'tc' | 'cmu', split: StatementSet['split']): StatementSet {
  const [header = '', ...lines] = readFileSync(join(folder, 'begin', `begin_${split}_${domain}.tsv`), 'utf8')
    .trimEnd()
    .split(/\r?\n/)
  const columns = header.split('\t')
  const statements = lines.map((line): Statement => {
    const cells = line.split('\t')
    const cell = (column: string) => cells[columns.indexOf(column)] ?? ''
    return {
      claim: cell('response'),
      evidence: cell('knowledge'),
      isSupported: cell('begin_label') === 'Fully attributable',
    }
  })
  return { name: `BEGIN ${domain}`, split, statements }
}

type HaluevalRow = {
  readonly knowledge: string
  readonly right_answer: string
  readonly hallucinated_answer: string
}

/** HaluEval: short right answers to questions, and invented ones. Nothing is fitted or chosen on it. */
function readHalueval(folder: string): StatementSet {
  const lines = readFileSync(join(folder, 'halueval', 'qa_one-turn_data.json'), 'utf8')
    .trim()
    .split('\n')
  const statements = lines.flatMap((line): Statement[] => {
    const row: HaluevalRow = JSON.parse(line)
    return [
      { claim: row.right_answer, evidence: row.knowledge, isSupported: true },
      { claim: row.hallucinated_answer, evidence: row.knowledge, isSupported: false },
    ]
  })
  return { name: 'HaluEval', split: 'test', statements }
}

/** The sets of the folder: those of split `dev` are for fitting, the others for reporting. */
export function readStatementSets(folder: string): StatementSet[] {
  return [
    readWice(folder, 'dev'),
    readBegin(folder, 'wow', 'dev'),
    readBegin(folder, 'tc', 'dev'),
    readBegin(folder, 'cmu', 'dev'),
    readWice(folder, 'test'),
    readBegin(folder, 'wow', 'test'),
    readHalueval(folder),
  ]
}
