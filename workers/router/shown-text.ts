import type { Assessment } from '../../shared/domain/abstention.ts'
import type { AnswerFilter, CitedText } from '../../shared/domain/citations.ts'
import { unmark } from '../../shared/domain/marking.ts'
import type { Asked } from './ask.ts'

/** What the reader sees in place of an answer. */
export function abstentionText({ retrieved }: Asked): string {
  const assessment: Assessment = retrieved?.assessment ?? { outcome: 'answerable' }
  switch (assessment.outcome) {
    case 'answerable':
    case 'no_evidence':
      return 'No passage in this collection answers the question.'
    case 'insufficient':
      return 'Passages in this collection are on the subject, but do not say what is asked.'
    case 'conflicting':
      return `The passages contradict each other: ${assessment.reason}.`
    case 'underspecified':
      return `The question cannot be answered as it stands: ${assessment.reason}.`
  }
}

/** The answer as it may be shown, piece by piece: marks of the prompt and citations of sources that were not given are gone before anyone reads it. */
export async function* shownText(
  { session, retrieved }: Asked,
  filter: AnswerFilter,
): AsyncGenerator<CitedText> {
  for await (const event of session.events) {
    if (event.type !== 'chunk' || event.text === '') continue
    const shown = filter.push(unmark(event.text, retrieved?.mark ?? null))
    if (shown.text !== '') yield shown
  }
  const rest = filter.end()
  if (rest.text !== '') yield rest
}
