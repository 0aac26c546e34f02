/** The states a document version passes through. Every version is in exactly one of them. */
export const DOCUMENT_STATES = [
  'queued',
  'parsing',
  'embedding',
  'indexing',
  'live',
  'failed',
  'quarantined',
  'deleted',
] as const
export type DocumentState = (typeof DOCUMENT_STATES)[number]

/** A half-open range `[start, end)` of UTF-16 code units in a document's canonical text. */
export type Span = { readonly start: number; readonly end: number }

export type BlockKind = 'heading' | 'paragraph' | 'list' | 'table' | 'code' | 'quote'

/** One structural unit of the canonical text, in document order, never overlapping. `headings` is the path at it: a heading's own text is its last. */
export type Block = Span & {
  readonly kind: BlockKind
  /** Heading level 1..6; only on headings. */
  readonly level?: number
  readonly headings: readonly string[]
}

/** What a Parser returns: the canonical text that every span points into, and its structure. */
export type ParsedDocument = {
  readonly title: string | null
  readonly text: string
  readonly blocks: readonly Block[]
  /** Where the sender cut the text into chunks; in order, without overlap. */
  readonly cuts?: readonly Span[]
}

/** A retrieval unit. `text` is exactly `canonical.slice(start, end)`; `tokens` counts WordPiece tokens. */
export type Chunk = Span & {
  readonly ordinal: number
  readonly text: string
  readonly headings: readonly string[]
  readonly tokens: number
}
