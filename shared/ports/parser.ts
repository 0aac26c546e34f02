import type { ParsedDocument } from '../domain/document.ts'

/**
 * Turns the bytes of one media type into canonical text with structure.
 * Deterministic: the same bytes give the same text and blocks. Blocks lie inside the text, ordered, without overlap.
 * Throws AppError `invalid_request` for bytes that are not what the media type says.
 */
export interface Parser {
  readonly name: string
  readonly mediaTypes: readonly string[]
  parse(bytes: Uint8Array): ParsedDocument
}
