import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Source } from '../../shared/domain/passage.ts'
import { passage } from './grounding-fit.ts'

/** A question with passages that answer it, or only seem to. */
export type Asked = {
  readonly question: string
  readonly sources: readonly Source[]
  readonly answers: readonly string[]
  /** What is resampled together. */
  readonly group: string
}

export type AskedSets = {
  /** Questions with the paragraph that answers them. */
  readonly answerable: readonly Asked[]
  /** Questions that people wrote to look as if their paragraph answered them. */
  readonly adversarial: readonly Asked[]
  /** Answerable questions with a paragraph of the same article that is not theirs. */
  readonly sibling: readonly Asked[]
  /** Answerable questions with a paragraph of another article. */
  readonly foreign: readonly Asked[]
  /** Answerable questions with their paragraph and the next four of the article, each as a document of its own. */
  readonly crowded: readonly Asked[]
}

type Squad = {
  readonly data: readonly {
    readonly title: string
    readonly paragraphs: readonly {
      readonly context: string
      readonly qas: readonly {
        readonly question: string
        readonly is_impossible: boolean
        readonly answers: readonly { readonly text: string }[]
      }[]
    }[]
  }[]
}

/** SQuAD 2.0 dev, cut by article: even ones (`dev`) are for fitting, odd ones (`test`) for reporting. */
export function readSquad(folder: string, split: 'dev' | 'test'): AskedSets {
  const { data }: Squad = JSON.parse(readFileSync(join(folder, 'squad-v2', 'dev-v2.0.json'), 'utf8'))
  const articles = data.filter((_, i) => (i % 2 === 0) === (split === 'dev'))
  const asked = articles.flatMap(({ paragraphs }, article) =>
    paragraphs.flatMap(({ context, qas }, at) => {
      const others = articles[(article + 1) % articles.length]?.paragraphs ?? []
      return qas.map(({ question, is_impossible, answers }) => ({
        question,
        isImpossible: is_impossible,
        answers: answers.map(({ text }) => text),
        own: context,
        next: [1, 2, 3, 4].map((step) => paragraphs[(at + step) % paragraphs.length]?.context ?? ''),
        sibling: paragraphs[(at + 1) % paragraphs.length]?.context ?? '',
        foreign: others[at % others.length]?.context ?? '',
      }))
    }),
  )
  const given = (text: 'own' | 'sibling' | 'foreign', wanted: (typeof asked)[number][]) =>
    wanted.map(
      (one): Asked => ({
        question: one.question,
        sources: [passage(one[text])],
        answers: one.answers,
        group: one.own,
      }),
    )
  const possible = asked.filter(({ isImpossible }) => !isImpossible)
  return {
    answerable: given('own', possible),
    adversarial: given(
      'own',
      asked.filter(({ isImpossible }) => isImpossible),
    ),
    sibling: given('sibling', possible),
    foreign: given('foreign', possible),
    crowded: given('own', possible).map((one, i) => ({
      ...one,
      sources: [one.group, ...(possible[i]?.next ?? [])].map((text, k) => passage(text, k + 1)),
    })),
  }
}

type Hotpot = {
  readonly question: string
  readonly answer: string
  readonly context: readonly { readonly title: string; readonly sentences: readonly string[] }[]
}

/** HotpotQA: questions over two paragraphs, each with ten, all of other documents. */
export function readHotpot(folder: string): Asked[] {
  const lines = readFileSync(join(folder, 'hotpot-sample', 'hotpot_distractor_100.jsonl'), 'utf8')
  return lines
    .trim()
    .split('\n')
    .map((line): Asked => {
      const { question, answer, context }: Hotpot = JSON.parse(line)
      const sources = context.map(({ title, sentences }, i) => passage(sentences.join(' '), i + 1, title))
      return { question, sources, answers: [answer], group: question }
    })
}
