import { type Found, meets, type Target } from './judged.ts'

/** Share of the cited passages that meet a target, and of the targets that one meets; null where that is a share of nothing. */
export function citationQuality(
  cited: readonly Found[],
  targets: readonly Target[],
): { readonly precision: number | null; readonly recall: number | null } {
  const right = cited.filter((passage) => targets.some((target) => meets(passage, target)))
  const met = targets.filter((target) => cited.some((passage) => meets(passage, target)))
  return {
    precision: cited.length === 0 ? null : right.length / cited.length,
    recall: targets.length === 0 ? null : met.length / targets.length,
  }
}

/** Share of the expected answer's words that the answer has, each as often; articles and signs aside, as SQuAD compares. */
export function answerRecall(answer: string, expected: string): number {
  const left = Map.groupBy(wordsOf(answer), (word) => word)
  const wanted = wordsOf(expected)
  const met = wanted.filter((word) => left.get(word)?.pop() !== undefined)
  return wanted.length === 0 ? 1 : met.length / wanted.length
}

const ARTICLES = new Set(['a', 'an', 'the'])

const wordsOf = (text: string): string[] =>
  (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []).filter((word) => !ARTICLES.has(word))
