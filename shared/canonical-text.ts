import { AppError } from './errors.ts'

/**
 * Decodes a document into the text that every span points into: line ends are LF, byte order marks are gone.
 * Throws AppError `invalid_request` for bytes that are no text in this encoding.
 */
export function canonicalText(bytes: Uint8Array, encoding = 'utf-8'): string {
  const text = decode(bytes, encoding)
  const nul = text.indexOf('\0')
  if (nul !== -1)
    throw new AppError(
      'invalid_request',
      `The document holds a NUL character on line ${lineOf(text, nul)}: it is a binary file or UTF-16. Send text in UTF-8`,
    )
  // Joined files carry byte order marks in the middle, where they would split words invisibly.
  return text.replaceAll('\uFEFF', '').replaceAll(/\r\n?/g, '\n')
}

function decode(bytes: Uint8Array, encoding: string): string {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    if (encoding !== 'utf-8')
      throw new AppError(
        'invalid_request',
        `The document declares the charset "${encoding}" but cannot be read as that. Convert it to UTF-8 and say so`,
        { cause },
      )
    throw new AppError('invalid_request', explain(bytes), { cause })
  }
}

function explain(bytes: Uint8Array): string {
  const { offset, line } = firstInvalid(bytes)
  const found = bytes[offset]?.toString(16).toUpperCase().padStart(2, '0')
  return `The document is not valid UTF-8: byte 0x${found} at offset ${offset}, line ${line}. Convert it, for example with: iconv -f WINDOWS-1252 -t UTF-8 FILE`
}

/** The first U+FFFD of a lenient reading that the bytes themselves do not spell. */
function firstInvalid(bytes: Uint8Array): { offset: number; line: number } {
  const text = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true }).decode(bytes)
  const encoder = new TextEncoder()
  let offset = 0
  let from = 0
  for (let at = text.indexOf('\uFFFD'); at !== -1; at = text.indexOf('\uFFFD', from)) {
    offset += encoder.encode(text.slice(from, at)).byteLength
    const isSpelled = bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd
    if (!isSpelled) return { offset, line: lineOf(text, at) }
    offset += 3
    from = at + 1
  }
  return { offset, line: lineOf(text, text.length) }
}

function lineOf(text: string, index: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < index; at = text.indexOf('\n', at + 1)) line += 1
  return line
}
