import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Judged } from './judged.ts'
import { readBeir } from './sets/beir.ts'
import { readChroma } from './sets/chroma.ts'
import { readContextual } from './sets/contextual.ts'
import { readCisi, readCranfield } from './sets/cranfield.ts'
import { readDocs } from './sets/docs.ts'
import { readHotpot } from './sets/hotpot.ts'
import { readSquad } from './sets/squad.ts'

type Reader = { readonly folder: string; readonly read: (data: string) => Judged }

const READERS: ReadonlyMap<string, Reader> = new Map([
  ['cranfield', { folder: 'cranfield', read: readCranfield }],
  ['cisi', { folder: 'cisi', read: readCisi }],
  ['chroma', { folder: 'chroma-chunking', read: readChroma }],
  ['contextual', { folder: 'anthropic-contextual', read: readContextual }],
  ['docs', { folder: 'anthropic-contextual', read: readDocs }],
  ['squad', { folder: 'squad-v2', read: readSquad }],
  ['hotpot', { folder: 'hotpot-sample', read: readHotpot }],
])

export const SET_NAMES = [...READERS.keys(), 'beir:DIR']

/** The sets of a list of names. `all` are those that are in the folder; one that is named has to be there. */
export function readSets(names: readonly string[], data: string): Judged[] {
  const isHere = ({ folder }: Reader) => data !== '' && existsSync(join(data, folder))
  return names.flatMap((name) => {
    if (name === 'all') return [...READERS.values()].filter(isHere).map(({ read }) => read(data))
    if (name.startsWith('beir:')) return [readBeir(name.slice('beir:'.length))]
    const reader = READERS.get(name)
    if (!reader)
      throw new Error(`--set: there is no set "${name}"; there are ${SET_NAMES.join(', ')} and all`)
    if (isHere(reader)) return [reader.read(data)]
    throw new Error(
      `The set "${name}" is not in "${data}": name the folder that holds ${reader.folder} with --data or FAIRLEAD_DATA`,
    )
  })
}

/** As many questions as said, spread over the set, since neighbours are alike. */
export function limited(set: Judged, limit: number): Judged {
  const { questions } = set
  if (questions.length <= limit) return set
  const step = questions.length / limit
  return {
    ...set,
    questions: Array.from({ length: limit }, (_, i) => questions[Math.floor(i * step)] ?? []).flat(),
  }
}
