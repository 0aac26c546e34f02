import { type CitedText, citationFilter } from '../../shared/domain/citations.ts'
import { claimReader } from '../../shared/domain/grounding/claim-reader.ts'
import { type CheckedClaim, groundingOf } from '../../shared/domain/grounding/claims.ts'
import { jsonAnswerFilter, jsonClaimReader } from '../../shared/domain/json-answer.ts'
import type { JudgedClaim } from '../../shared/domain/judging.ts'
import { outcomeOf } from './answer-fields.ts'
import { schemaCheck } from './answer-schema.ts'
import { type Judging, judged } from './judge.ts'
import type { KeepAnswer } from './keep-answer.ts'
import { abstentionText, shownText } from './shown-text.ts'
import { sideFields } from './side-job.ts'

/** An answer from documents under way, with what it takes to check, judge and keep it. */
export type Answering = Judging & { readonly keep: KeepAnswer }

/** A piece of the answer as it may be shown, and the claims that it completes. */
type Piece = CitedText & { readonly claims: readonly ShownClaim[] }
type ShownClaim = ReturnType<typeof shownClaim>

/** Reads an answer from documents, for whichever route: each sentence is checked as soon as it is complete, all are judged at the end. */
export function checkedAnswer(answering: Answering) {
  const { asked, keep, call } = answering
  const schema = typeof call.format === 'object' ? call.format.jsonSchema : null
  const sources = asked.retrieved?.sources ?? []
  const filter = schema ? jsonAnswerFilter(sources.length) : citationFilter(sources.length)
  const found: CheckedClaim[] = []
  let said = ''
  let isCiting = false
  const instead = () => (said.trim() === '' ? abstentionText(asked) : '')

  const take = (claims: readonly CheckedClaim[]) => {
    found.push(...claims)
    return claims.map((claim) => shownClaim({ ...claim, judged: null }))
  }

  async function* pieces(): AsyncGenerator<Piece> {
    const reader = schema ? jsonClaimReader(sources) : claimReader(sources)
    for await (const { text, citations } of shownText(asked, filter)) {
      said += text
      isCiting ||= citations.length > 0
      yield { text, citations, claims: take(reader.push(text)) }
    }
    yield { text: instead(), citations: [], claims: take(reader.end()) }
  }

  return {
    pieces: pieces(),
    /** What the answer is and what it is worth, once every piece has been read; only then is it kept. */
    async end() {
      const answer = instead() || said
      const outcome = outcomeOf({ answer: said, isCiting, isData: schema !== null }, asked)
      const writtenMs = answering.now()
      const { claims, judge } = await judged(answering, said, found, outcome.outcome === 'abstained')
      const judgingMs = answering.now() - writtenMs
      const grounding = groundingOf(claims)
      keep({ answer, grounding, ...outcome })
      const sum = {
        claims: claims.map(shownClaim),
        grounding,
        unsupported: countReasons(claims),
        removedCitations: filter.removed(),
        ...(judge && { judge: sideFields(judge) }),
      }
      const isChecked = schema !== null && outcome.outcome === 'answered'
      const shown = { ...outcome, ...(isChecked && { schema: schemaCheck(answer, schema) }) }
      return { answer, outcome: shown, sum, judgingMs }
    },
  }
}

function shownClaim({ checks, sources, ...claim }: JudgedClaim) {
  const { numbers, dates, names, quotes, polarity, entailment } = checks
  const shown = ({ stated, missing }: typeof numbers) => ({ stated, missing: [...missing] })
  const facts = { numbers: shown(numbers), dates: shown(dates), names: shown(names), quotes: shown(quotes) }
  return { ...claim, sources: [...sources], checks: { ...facts, polarity, entailment } }
}

/** How many sentences are not supported, by reason. */
function countReasons(claims: readonly JudgedClaim[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { reason } of claims) if (reason !== null) counts[reason] = (counts[reason] ?? 0) + 1
  return counts
}
