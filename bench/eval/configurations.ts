import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { z } from 'zod'
import type { Retrieval } from '../../cli/lib/evaluation.ts'
import { DEFAULT_RETRIEVAL, DIVERSITIES, FUSIONS } from '../../shared/domain/retrieval/settings.ts'

/** A name and the `retrieval` object that goes with every search; undefined is what the collection has. */
export type Configuration = { readonly name: string; readonly retrieval: Retrieval }

const BARE = { fusion: 'weighted', feedback: false, parent: false, agreement: false, rerank: false } as const

export const DEFAULT: Configuration = { name: 'default', retrieval: undefined }

/** What the default is held against: each leg with nothing but itself, and the fusions that it does not use. */
const PRESETS: readonly Configuration[] = [
  { name: 'BM25 alone', retrieval: { ...BARE, weights: { lexical: 1, dense: 0 } } },
  { name: 'dense alone', retrieval: { ...BARE, weights: { lexical: 0, dense: 1 } } },
  {
    name: 'dense with feedback',
    retrieval: { ...BARE, feedback: true, weights: { lexical: 0, dense: 1 } },
  },
  { name: 'rrf', retrieval: { ...BARE, fusion: 'rrf' } },
  { name: 'dbsf', retrieval: { ...BARE, fusion: 'dbsf' } },
]

/** The default with one stage switched: off where it is on, on where it is off. */
const STAGES: readonly Configuration[] = [
  ...(['feedback', 'parent', 'agreement'] as const).map((stage) => switched(stage, DEFAULT_RETRIEVAL[stage])),
  switched('rerank', DEFAULT_RETRIEVAL.rerank !== null),
  ...DIVERSITIES.filter((one) => one !== DEFAULT_RETRIEVAL.diversity).map((diversity) => {
    return { name: `diversity ${diversity}`, retrieval: { diversity } }
  }),
  ...FUSIONS.filter((one) => one !== DEFAULT_RETRIEVAL.fusion).map((fusion) => {
    return { name: `fusion ${fusion}`, retrieval: { fusion } }
  }),
]

function switched(stage: string, isOn: boolean): Configuration {
  return { name: `${isOn ? 'without' : 'with'} ${stage}`, retrieval: { [stage]: !isOn } }
}

/** The default comes first; the others are held against it. */
export function configurationsFor(files: readonly string[], isAblation: boolean): Configuration[] {
  return [DEFAULT, ...(isAblation ? STAGES : PRESETS), ...files.map(readConfiguration)]
}

function readConfiguration(file: string): Configuration {
  const { data, error } = z.record(z.string(), z.unknown()).safeParse(JSON.parse(readFileSync(file, 'utf8')))
  if (error) throw new Error(`--config: ${file} is not the object that "retrieval" of a search takes`)
  return { name: basename(file, '.json'), retrieval: data }
}
