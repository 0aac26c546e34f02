import { citationFilter } from '../../shared/domain/citations.ts'
import { claimReader } from '../../shared/domain/grounding/claim-reader.ts'
import { type CheckedClaim, findClaims, groundingOf } from '../../shared/domain/grounding/claims.ts'
import { TEMPLATE_VERSION } from '../../shared/domain/prompt.ts'
import { AppError } from '../../shared/errors.ts'
import { sseEvent } from '../../shared/http/sse.ts'
import { outcomeOf, routeFields, spendFields, stagesOf, timingFields } from './answer-fields.ts'
import type { Ask, Asked } from './ask.ts'
import type { KeepAnswer } from './keep-answer.ts'
import { abstentionText, shownText } from './shown-text.ts'

const sourcesOf = ({ retrieved }: Asked) => retrieved?.sources ?? []

/** The whole answer, every sentence of it checked against what it cites. */
export async function wholeAnswer(call: Ask, asked: Asked, keep: KeepAnswer, now: () => number) {
  const sources = sourcesOf(asked)
  const filter = citationFilter(sources.length)
  let answer = ''
  for await (const { text } of shownText(asked, filter)) answer += text
  const claims = findClaims(answer, sources)
  const grounding = groundingOf(claims)
  const said = { answer: shownAnswer(answer, asked), ...outcomeOf(answer, asked) }
  keep({ ...said, grounding })
  return {
    requestId: call.context.requestId,
    ...said,
    degraded: asked.degraded,
    sources: sources.map((source) => ({
      ...source,
      headings: [...source.headings],
      labels: [...source.labels],
    })),
    claims: claims.map(shownClaim),
    grounding,
    unsupported: countReasons(claims),
    removedCitations: filter.removed(),
    template: { name: call.template, version: TEMPLATE_VERSION },
    ...stagesOf(asked),
    route: routeFields(asked),
    usage: spendFields(asked),
    timings: timingFields(asked, now()),
  }
}

const shownAnswer = (answer: string, asked: Asked) => (answer.trim() === '' ? abstentionText(asked) : answer)

/** The answer as it comes: a sentence that its sources do not support is said to be so as soon as it is complete. */
export async function* answerEvents(
  call: Ask,
  asked: Asked,
  keep: KeepAnswer,
  now: () => number,
): AsyncGenerator<string> {
  const { requestId } = call.context
  const sources = sourcesOf(asked)
  try {
    yield sseEvent('route', routeFields(asked)) + sseEvent('sources', sources)
    const filter = citationFilter(sources.length)
    const reader = claimReader(sources)
    const claims: CheckedClaim[] = []
    const checked = (more: readonly CheckedClaim[]) => {
      claims.push(...more)
      return more.map((claim) => sseEvent('claim', shownClaim(claim))).join('')
    }
    let answer = ''
    for await (const { text, citations } of shownText(asked, filter)) {
      answer += text
      const cited = citations.map((citation) => sseEvent('citation', citation)).join('')
      yield sseEvent('text', { delta: text }) + cited + checked(reader.push(text))
    }
    if (answer.trim() === '') yield sseEvent('text', { delta: abstentionText(asked) })
    const last = checked(reader.end())
    const grounding = groundingOf(claims)
    const outcome = outcomeOf(answer, asked)
    keep({ answer: shownAnswer(answer, asked), grounding, ...outcome })
    const unsupported = countReasons(claims)
    const sum = { claims: claims.map(shownClaim), grounding, unsupported, removedCitations: filter.removed() }
    yield last +
      sseEvent('claims', sum) +
      sseEvent('usage', spendFields(asked)) +
      sseEvent('done', {
        requestId,
        ...outcome,
        degraded: asked.degraded,
        template: { name: call.template, version: TEMPLATE_VERSION },
        ...stagesOf(asked),
        route: routeFields(asked),
        timings: timingFields(asked, now()),
      })
  } catch (thrown) {
    const { code, message, details } = AppError.from(thrown)
    yield sseEvent('error', { error: { code, message, requestId, details } })
  }
}

function shownClaim({ checks, sources, ...claim }: CheckedClaim) {
  const { numbers, dates, names, quotes, polarity, entailment } = checks
  const shown = ({ stated, missing }: typeof numbers) => ({ stated, missing: [...missing] })
  const facts = { numbers: shown(numbers), dates: shown(dates), names: shown(names), quotes: shown(quotes) }
  return { ...claim, sources: [...sources], checks: { ...facts, polarity, entailment } }
}

/** How many sentences are not supported, by reason. */
function countReasons(claims: readonly CheckedClaim[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { reason } of claims) if (reason !== null) counts[reason] = (counts[reason] ?? 0) + 1
  return counts
}
