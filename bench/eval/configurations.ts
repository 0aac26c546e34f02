import { type Configuration, withFiles } from '../../cli/lib/eval/configurations.ts'
import { DEFAULT_RETRIEVAL, DIVERSITIES, FUSIONS } from '../../shared/domain/retrieval/settings.ts'

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
  return withFiles([DEFAULT, ...(isAblation ? STAGES : PRESETS)], files)
}
