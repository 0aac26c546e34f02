import { z } from 'zod'
import { canonicalText } from '../../canonical-text.ts'
import type { Span } from '../../domain/document.ts'
import { CHUNKS_MEDIA_TYPE } from '../../domain/media-type.ts'
import { isBlank, trimSpan } from '../../domain/span.ts'
import { AppError } from '../../errors.ts'
import type { Parser } from '../../ports/parser.ts'

const BETWEEN = '\n\n'
const schema = z.array(z.string())

/** A document that its sender has cut: a JSON array of strings, plain text each, joined by a blank line. */
export function chunksParser(): Parser {
  return {
    name: 'chunks',
    mediaTypes: [CHUNKS_MEDIA_TYPE],
    parse(bytes) {
      const cuts: Span[] = []
      const texts = readChunks(canonicalText(bytes))
      let start = 0
      for (const { length } of texts) {
        cuts.push({ start, end: start + length })
        start += length + BETWEEN.length
      }
      const text = texts.join(BETWEEN)
      const blocks = cuts.map((cut) => ({
        kind: 'paragraph' as const,
        ...trimSpan(text, cut.start, cut.end),
        headings: [],
      }))
      return { title: null, text, blocks, cuts }
    },
  }
}

/** Escapes of JSON bring back what canonical text is free of. A chunk with nothing in it is none. */
function readChunks(json: string): string[] {
  if (isBlank(json)) return []
  const encoder = new TextEncoder()
  return parsed(json)
    .map((chunk) => canonicalText(encoder.encode(chunk)))
    .filter((chunk) => !isBlank(chunk))
}

function parsed(json: string): string[] {
  try {
    return schema.parse(JSON.parse(json))
  } catch (cause) {
    throw new AppError('invalid_request', 'The document is not a JSON array of strings: send "chunks"', {
      cause,
    })
  }
}
