import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Random, seededRandom } from '../../shared/domain/simulation/random.ts'
import { wordPiece } from '../../shared/domain/wordpiece.ts'
import { readCranfield } from '../eval/sets/cranfield.ts'

const MODEL = join(import.meta.dirname, '../../models/edge-static')
const CHUNK_TOKENS = 256
const CHUNKS_PER_DOCUMENT = 20
const QUESTIONS = 200

export type BenchDocument = { readonly id: string; readonly title: string; readonly texts: readonly string[] }
export type Texts = {
  readonly name: string
  readonly questions: readonly string[]
  /** Documents of 20 chunks of about 256 tokens, without end; the same ones in every run. */
  readonly documents: () => Generator<BenchDocument>
}

type Source = { readonly texts: readonly string[]; readonly questions: readonly string[] }
type Sentence = { readonly text: string; readonly tokens: number }

/** Sentences of the public sets in `folder`, put together anew; without them, words of the vocabulary as frequent as Zipf says. */
export function benchTexts(folder: string | undefined): Texts {
  const vocabulary = readFileSync(join(MODEL, 'vocab.txt'), 'utf8')
  const { count } = wordPiece(vocabulary)
  const sources = folder === undefined ? [] : publicSources(folder)
  const name = sources.length > 0 ? 'sentences of public sets' : 'generated words'
  const { texts, questions } = sources.length > 0 ? joined(sources) : generated(vocabulary)
  const sentences = texts.map((text) => sentencesOf(text, count)).filter((list) => list.length > 0)
  return { name, questions, documents: () => documents(sentences) }
}

function publicSources(folder: string): Source[] {
  const sources: Source[] = []
  const squad = join(folder, 'squad-v2/dev-v2.0.json')
  if (existsSync(squad)) sources.push(readSquad(squad))
  const corpora = join(folder, 'chroma-chunking/corpora')
  if (existsSync(corpora))
    sources.push({
      texts: readdirSync(corpora).flatMap((file) =>
        readFileSync(join(corpora, file), 'utf8').split(/\n{2,}/),
      ),
      questions: [],
    })
  if (existsSync(join(folder, 'cranfield'))) {
    const { documents: abstracts, questions } = readCranfield(folder)
    sources.push({ texts: abstracts.map(({ text }) => text), questions: questions.map(({ text }) => text) })
  }
  return sources
}

type Squad = {
  readonly data: readonly {
    readonly paragraphs: readonly {
      readonly context: string
      readonly qas: readonly { readonly question: string }[]
    }[]
  }[]
}

function readSquad(file: string): Source {
  const { data } = JSON.parse(readFileSync(file, 'utf8')) as Squad
  const paragraphs = data.flatMap((article) => article.paragraphs)
  return {
    texts: paragraphs.map(({ context }) => context),
    questions: paragraphs.flatMap(({ qas }) => qas.map(({ question }) => question)),
  }
}

/** Every text, and as many questions of each source as every other source gives, spread over it. */
function joined(sources: readonly Source[]): Source {
  const asking = sources.filter(({ questions }) => questions.length > 0)
  const share = Math.ceil(QUESTIONS / asking.length)
  const questions = asking.flatMap((source) => {
    const step = Math.max(1, Math.floor(source.questions.length / share))
    return source.questions.filter((_, i) => i % step === 0).slice(0, share)
  })
  return { texts: sources.flatMap(({ texts }) => texts), questions }
}

/** The vocabulary goes from frequent to rare, as BERT's does; the n-th word is as frequent as 1/n. */
function generated(vocabulary: string): Source {
  const known = vocabulary.split('\n').filter((token) => /^[a-z]{2,}$/.test(token))
  const random = seededRandom(7)
  const word = () => known[Math.floor(known.length ** random.uniform()) - 1] ?? 'the'
  const sentence = (length: number) => Array.from({ length }, word).join(' ')
  return {
    texts: Array.from({ length: 5_000 }, () => Array.from({ length: 8 }, () => `${sentence(20)}.`).join(' ')),
    questions: Array.from({ length: QUESTIONS }, () => `${sentence(10)}?`),
  }
}

function sentencesOf(text: string, count: (text: string) => number): Sentence[] {
  const parts = text.split(/(?<=[.!?])\s+/).filter((part) => part.length > 20)
  return parts.map((part) => ({ text: part.slice(0, 1_000), tokens: count(part.slice(0, 1_000)) }))
}

function* documents(sources: readonly (readonly Sentence[])[]): Generator<BenchDocument> {
  const random = seededRandom(11)
  for (let number = 0; ; number += 1) {
    const texts = Array.from({ length: CHUNKS_PER_DOCUMENT }, () => chunkText(sources, random))
    yield { id: `d${number}`, title: (texts[0] ?? '').split(' ').slice(0, 6).join(' '), texts }
  }
}

/** Sentences that follow each other, from as many places as it takes. */
function chunkText(sources: readonly (readonly Sentence[])[], random: Random): string {
  const chosen: string[] = []
  let tokens = 0
  while (tokens < CHUNK_TOKENS) {
    const source = sources[Math.floor(random.uniform() * sources.length)] ?? []
    for (const sentence of source.slice(Math.floor(random.uniform() * source.length))) {
      if (tokens >= CHUNK_TOKENS) break
      chosen.push(sentence.text)
      tokens += sentence.tokens
    }
  }
  return chosen.join(' ')
}
