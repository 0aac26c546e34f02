/** A public retrieval set: documents, questions, and which documents answer which question. */
export type Judged = {
  readonly name: string
  readonly documents: readonly { readonly id: string; readonly title: string; readonly text: string }[]
  readonly questions: readonly { readonly text: string; readonly relevant: ReadonlySet<string> }[]
}
