import type { Source } from '../passage.ts'
import { type LanguageGuess, languageOf } from '../query/language.ts'
import { type Synonyms, synonymsOf } from '../retrieval/other-words.ts'
import { sentences } from '../sentences.ts'
import { stems, words } from '../terms.ts'
import { type Facts, factsOf } from './facts.ts'
import { negatedStems } from './polarity.ts'
import { verbatimKey } from './quotations.ts'

/** A sentence taken apart once, to be compared many times. */
export type ReadSentence = {
  readonly text: string
  readonly words: readonly string[]
  /** Stems of its telling words. */
  readonly stems: ReadonlySet<string>
  readonly negated: ReadonlySet<string>
}

/** A source as sentences are compared with it. */
export type ReadSource = {
  readonly source: Source
  readonly sentences: readonly ReadSentence[]
  /** Its text as quotations are compared with it. */
  readonly verbatim: string
  /** Taken apart when first asked for: many sentences state nothing that they hold. */
  readonly facts: () => Facts
  readonly language: () => LanguageGuess
  /** Stems of its title, headings and sentences. */
  readonly all: ReadonlySet<string>
  /** Stems of its title and headings, which hold for all of its sentences. */
  readonly above: ReadonlySet<string>
  readonly words: ReadonlySet<string>
}

export type Evidence = {
  readonly sources: readonly ReadSource[]
  /** How much a stem says: the rarer among the sentences of all sources, the more. */
  readonly rarity: (stem: string) => number
}

const NO_SYNONYMS = synonymsOf({ text: '', synonyms: [] })

/** Reads the sources of an answer, once for all of its sentences; with the synonyms of a question, what they say of it in other words. */
export function readEvidence(sources: readonly Source[], synonyms = NO_SYNONYMS): Evidence {
  const stemOf = rememberingStemmer()
  const read = sources.map((source) => readSource(source, synonyms, stemOf))
  const all = read.flatMap((source) => source.sentences)
  const frequencies = new Map<string, number>()
  for (const sentence of all)
    for (const stem of sentence.stems) frequencies.set(stem, (frequencies.get(stem) ?? 0) + 1)
  return {
    sources: read,
    rarity: (stem) => Math.log(1 + (all.length + 1) / ((frequencies.get(stem) ?? 0) + 0.5)),
  }
}

type StemOf = (word: string) => string | undefined

/** The stem of one word, undefined when it tells nothing. Texts repeat their words, and a stem takes its time. */
function rememberingStemmer(): StemOf {
  const known = new Map<string, string | undefined>()
  return (word) => {
    if (!known.has(word)) known.set(word, stems(word)[0])
    return known.get(word)
  }
}

function once<Value extends object>(make: () => Value): () => Value {
  let made: Value | undefined
  return () => (made ??= make())
}

function readSource(source: Source, { withSaid }: Synonyms, stemOf: StemOf): ReadSource {
  const path = [source.title, ...source.headings].join('\n')
  const above = withSaid(new Set(stems(path)))
  const read = sentences(source.text).map(({ start, end }) => {
    const sentence = readSentence(source.text.slice(start, end), stemOf)
    return { ...sentence, stems: withSaid(sentence.stems, above) }
  })
  const language = once(() => languageOf(source.text))
  return {
    source,
    sentences: read,
    language,
    verbatim: verbatimKey([path, source.text].join('\n')),
    facts: once(() =>
      factsOf(
        path,
        read.map(({ text }) => text),
        language().language,
      ),
    ),
    all: new Set([...above, ...read.flatMap((sentence) => [...sentence.stems])]),
    above,
    words: new Set(read.flatMap((sentence) => sentence.words)),
  }
}

export function readSentence(text: string, stemOf: StemOf = rememberingStemmer()): ReadSentence {
  const all = words(text)
  const telling = new Set(all.flatMap((word) => stemOf(word) ?? []))
  return { text, words: all, stems: telling, negated: negatedStems(text) }
}
