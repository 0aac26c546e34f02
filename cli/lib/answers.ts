import { queryRoute } from '../../shared/api/ask.ts'
import { answerRecall, citationQuality } from '../../shared/domain/evaluation/answers.ts'
import type { Answer, Client } from './client.ts'
import { type Metric, meanMetric } from './evaluation.ts'
import type { AskedLine } from './questions.ts'

type Answered = { readonly asked: AskedLine; readonly answer: Answer<typeof queryRoute> }

/** Asks every question, one after the other, as a caller would. */
export async function answerQuestions(
  client: Client,
  collection: string,
  questions: readonly AskedLine[],
  onProgress: (done: number, total: number) => void,
): Promise<Answered[]> {
  const answered: Answered[] = []
  for (const asked of questions) {
    const answer = await client.call(queryRoute, { body: { question: asked.text, collection } })
    answered.push({ asked, answer })
    onProgress(answered.length, questions.length)
  }
  return answered
}

/** What answers are worth: citations by those that were given one, abstention by whether there is an answer. */
export function answerMetrics(answered: readonly Answered[]): Metric[] {
  const answerable = answered.filter(({ asked }) => asked.targets.length > 0)
  const unanswerable = answered.filter(({ asked }) => asked.targets.length === 0)
  const given = answerable.filter(({ answer }) => answer.outcome === 'answered')
  const quality = given.map(({ asked, answer }) => citationQuality(citedBy(answer), asked.targets))
  const expected = given.flatMap(({ asked, answer }) =>
    asked.answer === null ? [] : [answerRecall(answer.answer, asked.answer)],
  )
  const share = (of: readonly Answered[], outcome: string) =>
    of.map(({ answer }) => Number(answer.outcome === outcome))
  const metrics: [string, readonly number[]][] = [
    ['answered', share(answerable, 'answered')],
    ['abstained', share(unanswerable, 'abstained')],
    ['citation-precision', quality.flatMap(({ precision }) => precision ?? [])],
    ['citation-recall', quality.flatMap((of) => of.recall ?? [])],
    ['grounding', given.map(({ answer }) => answer.grounding)],
    ['answer-words', expected],
  ]
  return metrics
    .filter(([, scores]) => scores.length > 0)
    .map(([metric, scores]) => meanMetric(metric, scores))
}

function citedBy({ claims, sources }: Answer<typeof queryRoute>) {
  const cited = new Set(claims.flatMap((claim) => claim.sources))
  return sources.filter(({ number }) => cited.has(number))
}
