import type { Question } from '../../cli/lib/eval/metrics.ts'
import type { MeasureName } from '../../shared/domain/evaluation/measures.ts'

type Named = { readonly id: string; readonly title: string }
/** `mediaType`: where the set's own spans count characters of the text as it is. */
export type TextDocument = Named & { readonly text: string; readonly mediaType?: 'text/plain' }
export type JudgedDocument = TextDocument | (Named & { readonly chunks: readonly string[] })

/** `besides`: a document that the question is itself, and that finding says nothing. */
export type JudgedQuestion = Question & { readonly besides?: string }

/** A public retrieval set: documents, questions, what answers which question, and how that is measured. */
export type Judged<D extends JudgedDocument = JudgedDocument> = {
  readonly name: string
  readonly documents: readonly D[]
  readonly questions: readonly JudgedQuestion[]
  /** The one that counts first. */
  readonly metrics: readonly MeasureName[]
  /** Passages asked for; a document may bring several, so that more than the metrics' depth are needed where they count documents. */
  readonly topK: number
}
