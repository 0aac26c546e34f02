import type { Span } from '../document.ts'

/** What answers a question: a document, or a passage of it. `gain` is how much it is worth; 1 where judgements are yes or no. */
export type Target = { readonly documentId: string; readonly span: Span | null; readonly gain: number }

/** A passage that a search found. */
export type Found = Span & { readonly documentId: string }

/** Whether the passage is of the document, and shares a character with the span where there is one. */
export function meets(found: Found, { documentId, span }: Target): boolean {
  if (found.documentId !== documentId) return false
  return span === null || (found.start < span.end && span.start < found.end)
}
