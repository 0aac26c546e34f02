import { z } from 'zod'
import { wordPiece } from '../../shared/domain/wordpiece.ts'

/** What a tokenizer.json of an uncased BERT says; every other kind would get wrong ids, so it is refused. */
export const tokenizerFile = z.object({
  normalizer: z.object({
    type: z.literal('BertNormalizer'),
    clean_text: z.literal(true),
    handle_chinese_chars: z.literal(true),
    strip_accents: z.literal([null, true]),
    lowercase: z.literal(true),
  }),
  pre_tokenizer: z.object({ type: z.literal('BertPreTokenizer') }),
  added_tokens: z.array(
    z.object({ id: z.int().min(0), content: z.string().min(1), single_word: z.literal(false) }),
  ),
  model: z.object({
    type: z.literal('WordPiece').default('WordPiece'),
    unk_token: z.string(),
    continuing_subword_prefix: z.literal('##'),
    max_input_chars_per_word: z.literal(100),
    vocab: z.record(z.string(), z.int().min(0)),
  }),
})
export type TokenizerFile = z.infer<typeof tokenizerFile>

export type Tokenizer = {
  /** Ids of a text between [CLS] and [SEP], `maxTokens` at most with the two. */
  encode(text: string, maxTokens: number): number[]
}

// The ranges of the `tokenizers` library, U+2B920 for U+2B820 included.
const IDEOGRAPH = String.raw`\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}`
const SYMBOL = String.raw`!-\/:-@\[-\x60{-~\p{P}`
const WORDS = new RegExp(`[${SYMBOL}${IDEOGRAPH}]|[^\\s${SYMBOL}${IDEOGRAPH}]+`, 'gu')
const INVISIBLE = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\ufffd]/gu

/** Hugging Face's BertNormalizer. It lowers one character at a time, so a capital sigma ends no word. */
const normalise = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(INVISIBLE, '')
    .normalize('NFD')
    .replaceAll(/\p{Mn}/gu, '')
    .replaceAll('Σ', 'σ')
    .toLowerCase()

/** The tokenizer a tokenizer.json describes, id for id as the `tokenizers` library; the platform's own leaves unknown words out. */
export function bertTokenizer({ added_tokens: added, model }: TokenizerFile): Tokenizer {
  const special = new Map(added.map(({ content, id }) => [content, id]))
  const idOf = (token: string): number => {
    const id = special.get(token) ?? model.vocab[token]
    if (id === undefined) throw new Error(`tokenizer.json: model.vocab has no ${token}; take another file`)
    return id
  }
  const [first, last, unknown] = [idOf('[CLS]'), idOf('[SEP]'), idOf(model.unk_token)]
  const { encode } = wordPiece(rowsOf(model.vocab).join('\n'))
  const parts = splitter([...special.keys()])
  return {
    encode(text, maxTokens) {
      const ids = [first]
      for (const part of parts(text)) {
        const id = special.get(part)
        if (id !== undefined) ids.push(id)
        else
          for (const [word] of normalise(part).matchAll(WORDS)) {
            const pieces = encode(word)
            if (pieces.length > 0) ids.push(...pieces)
            else ids.push(unknown)
            if (ids.length >= maxTokens) break
          }
        if (ids.length >= maxTokens) break
      }
      return [...ids.slice(0, maxTokens - 1), last]
    },
  }
}

/** Special tokens count as such also inside a text, as in the reference. */
function splitter(tokens: readonly string[]): (text: string) => string[] {
  if (tokens.length === 0) return (text) => [text]
  const longestFirst = tokens.toSorted((a, b) => b.length - a.length)
  const pattern = new RegExp(
    `(${longestFirst.map((token) => token.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)).join('|')})`,
    'u',
  )
  return (text) => text.split(pattern)
}

/** A vocabulary in the order of its ids, which have to be without a gap. */
function rowsOf(vocabulary: Readonly<Record<string, number>>): string[] {
  const rows: string[] = []
  for (const [token, id] of Object.entries(vocabulary)) rows[id] = token
  for (let id = 0; id < rows.length; id += 1)
    if (rows[id] === undefined) throw new Error(`tokenizer.json: model.vocab has no token with id ${id}`)
  return rows
}
