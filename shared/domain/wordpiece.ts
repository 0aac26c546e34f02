/** Longer words are unknown as a whole, as in BERT's own tokeniser. */
const MAX_WORD_CHARACTERS = 100

// BERT's splitting: every ASCII symbol, every Unicode punctuation mark and every CJK ideograph stands alone.
const SYMBOL = String.raw`!-\/:-@\[-\x60{-~\p{P}`
const IDEOGRAPH = String.raw`\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2ceaf}\u{2f800}-\u{2fa1f}`
const WORDS = new RegExp(`[${SYMBOL}${IDEOGRAPH}]|[^\\s${SYMBOL}${IDEOGRAPH}]+`, 'gu')

const PRINTABLE_ASCII = /^[\t\n\r -~]*$/
/** Control, format and private characters disappear, so a soft hyphen does not cut a word. */
const INVISIBLE = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\ufffd]/gu

/** Lower case without accents: NFD with combining marks dropped. */
function normalise(text: string): string {
  const lower = text.toLowerCase()
  if (PRINTABLE_ASCII.test(lower)) return lower
  return lower
    .replaceAll(INVISIBLE, '')
    .normalize('NFD')
    .replaceAll(/\p{Mn}/gu, '')
}

export type WordPiece = {
  /** Rows of the vocabulary, in order, at most `limit`; words that no pieces make up are left out. */
  encode(text: string, limit?: number): number[]
  /** How many tokens a text has, unknown words included. */
  count(text: string): number
}

/**
 * Greedy longest-match tokenisation over a BERT uncased vocabulary (one token a line, `##` marks a continuation).
 * Source: models/edge-static/README.md; Devlin et al. 2019.
 */
export function wordPiece(vocabulary: string): WordPiece {
  const starts = new Map<string, number>()
  const continuations = new Map<string, number>()
  for (const [row, token] of vocabulary.split('\n').entries()) {
    if (token.startsWith('##') && token.length > 2) continuations.set(token.slice(2), row)
    else starts.set(token, row)
  }
  const pieces = (word: string): number[] | null => {
    const whole = starts.get(word)
    if (whole !== undefined) return [whole]
    return word.length > MAX_WORD_CHARACTERS ? null : greedy(word, starts, continuations)
  }
  return {
    encode(text, limit = Number.POSITIVE_INFINITY) {
      const rows: number[] = []
      for (const [word] of normalise(text).matchAll(WORDS)) {
        const found = pieces(word)
        if (found) rows.push(...found)
        if (rows.length >= limit) return rows.slice(0, limit)
      }
      return rows
    },
    count(text) {
      let count = 0
      for (const [word] of normalise(text).matchAll(WORDS)) count += pieces(word)?.length ?? 1
      return count
    },
  }
}

function greedy(word: string, starts: Map<string, number>, continuations: Map<string, number>) {
  const rows: number[] = []
  for (let from = 0; from < word.length; ) {
    const table = from === 0 ? starts : continuations
    let to = word.length
    let row: number | undefined
    while (to > from && row === undefined) {
      row = table.get(word.slice(from, to))
      if (row === undefined) to -= 1
    }
    if (row === undefined) return null
    rows.push(row)
    from = to
  }
  return rows
}
