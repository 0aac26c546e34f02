import { queryRequest, queryRoute } from '../../../shared/api/ask.ts'
import { jsonBody } from '../../../shared/api/define-route.ts'
import { answerRecall, citationQuality } from '../../../shared/domain/evaluation/answers.ts'
import type { Answer, Client } from '../client.ts'
import type { Retrieval } from './configurations.ts'
import { type Metric, meanMetric } from './metrics.ts'
import type { AskedLine } from './questions.ts'

type Answered = { readonly asked: AskedLine; readonly answer: Answer<typeof queryRoute> }

/** As queryRoute, with whatever a configuration asks for. */
const anyQueryRoute = {
  ...queryRoute,
  request: { body: jsonBody(queryRequest.omit({ retrieval: true }).loose()) },
}

/** Asks every question, one after the other, as a caller would. */
export async function answerQuestions(
  client: Client,
  { collection, retrieval }: { readonly collection: string; readonly retrieval: Retrieval },
  questions: readonly AskedLine[],
  onAnswer: () => void,
): Promise<Answered[]> {
  const answered: Answered[] = []
  for (const asked of questions) {
    const body = { question: asked.text, collection, ...(retrieval && { retrieval }) }
    answered.push({ asked, answer: await client.call(anyQueryRoute, { body }) })
    onAnswer()
  }
  return answered
}

/** What answers are worth: citations by those that were given one, abstention by whether there is an answer. */
export function answerMetrics(answered: readonly Answered[]): Metric[] {
  const scored = answered.map(scoresOf)
  const metrics = METRICS.map((metric) =>
    meanMetric(
      metric,
      scored.map((scores) => scores[metric] ?? null),
    ),
  )
  return metrics.filter(({ questions }) => questions > 0)
}

const METRICS = [
  'answered',
  'abstained',
  'citation-precision',
  'citation-recall',
  'grounding',
  'answer-words',
] as const

type Scores = Partial<Record<(typeof METRICS)[number], number | null>>

/** Only what this question and its answer say something of. */
function scoresOf({ asked, answer }: Answered): Scores {
  if (asked.targets.length === 0) return { abstained: Number(answer.outcome === 'abstained') }
  if (answer.outcome !== 'answered') return { answered: 0 }
  const { precision, recall } = citationQuality(citedBy(answer), asked.targets)
  return {
    answered: 1,
    'citation-precision': precision,
    'citation-recall': recall,
    grounding: answer.grounding,
    'answer-words': asked.answer === null ? null : answerRecall(answer.answer, asked.answer),
  }
}

function citedBy({ claims, sources }: Answer<typeof queryRoute>) {
  const cited = new Set(claims.flatMap((claim) => claim.sources))
  return sources.filter(({ number }) => cited.has(number))
}
