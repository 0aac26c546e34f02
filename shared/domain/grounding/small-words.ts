import { LANGUAGES } from '../query/language-words.ts'
import { stems } from '../terms.ts'

/** "Not" and "no" change what a sentence says. */
const KEPT = new Set(
  'nicht kein keine keinen ohne ne n pas plus sans no ni sin non senza não sem niet geen zonder'.split(' '),
)
const SMALL_STEMS = new Map(
  Object.entries(LANGUAGES.Latin)
    .filter(([language]) => language !== 'en')
    .map(([language, { words }]) => [language, new Set(stems(words).filter((word) => !KEPT.has(word)))]),
)

/** Stems without those of the language's small words, which stand in any text; of English `stems` has left them out. */
export function withoutSmallWords(found: ReadonlySet<string>, language: string | null): ReadonlySet<string> {
  const small = SMALL_STEMS.get(language ?? 'en')
  return small ? new Set([...found].filter((stem) => !small.has(stem))) : found
}
