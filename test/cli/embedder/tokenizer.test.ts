import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { bertTokenizer, tokenizerFile } from '../../../cli/embedder/tokenizer.ts'

const TOKENS = [
  '[PAD]',
  '[UNK]',
  '[CLS]',
  '[SEP]',
  'un',
  '##believ',
  '##able',
  'cafe',
  '!',
  '漢',
  'σ',
  '##σ',
  'a',
]
const id = (token: string) => TOKENS.indexOf(token)
const file = {
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  added_tokens: TOKENS.slice(0, 4).map((content) => ({ id: id(content), content, single_word: false })),
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: Object.fromEntries(TOKENS.map((token, row) => [token, row])),
  },
}
const tokenizer = bertTokenizer(tokenizerFile.parse(file))
const tokensOf = (text: string, maxTokens = 99) => tokenizer.encode(text, maxTokens).map((row) => TOKENS[row])

describe('the tokenizer of a sentence encoder', () => {
  it('puts a text between [CLS] and [SEP], whole words first, then pieces', () => {
    expect(tokensOf('Unbelievable Café!')).toEqual([
      '[CLS]',
      'un',
      '##believ',
      '##able',
      'cafe',
      '!',
      '[SEP]',
    ])
  })

  it('keeps a place for every word it does not know, each ideograph a word', () => {
    expect(tokensOf('a qqq 漢字 a')).toEqual(['[CLS]', 'a', '[UNK]', '漢', '[UNK]', 'a', '[SEP]'])
  })

  it('lowers a sigma at the end of a word as anywhere else', () => {
    expect(tokensOf('ΣΣ')).toEqual(['[CLS]', 'σ', '##σ', '[SEP]'])
  })

  it('reads special tokens inside a text as such, in their own spelling only', () => {
    expect(tokensOf('a[SEP]a')).toEqual(['[CLS]', 'a', '[SEP]', 'a', '[SEP]'])
    expect(tokensOf('[sep]')).not.toContain('[PAD]')
    expect(tokensOf('[sep]')).toEqual(['[CLS]', '[UNK]', '[UNK]', '[UNK]', '[SEP]'])
  })

  it('gives at most as many tokens as asked, always closed, for any text', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 60 }),
        fc.integer({ min: 3, max: 12 }),
        (text, most) => {
          const ids = tokenizer.encode(text, most)
          expect(ids.length).toBeLessThanOrEqual(most)
          expect([ids[0], ids.at(-1)]).toEqual([id('[CLS]'), id('[SEP]')])
          expect(ids.slice(0, -1)).toEqual(tokenizer.encode(text, 1_000).slice(0, ids.length - 1))
        },
      ),
    )
  })

  it('names the setting of a tokenizer it would get wrong', () => {
    const cased = { ...file, normalizer: { ...file.normalizer, lowercase: false } }
    expect(tokenizerFile.safeParse(cased).error?.issues[0]?.path).toEqual(['normalizer', 'lowercase'])
    const gap = { ...file, model: { ...file.model, vocab: { ...file.model.vocab, far: 99 } } }
    expect(() => bertTokenizer(tokenizerFile.parse(gap))).toThrow('no token with id 13')
  })
})

const folder = process.env['FAIRLEAD_MODEL_DIR'] ?? ''
const path = join(folder, 'tokenizer.json')

test.skipIf(!existsSync(path))(
  'gives the ids of the tokenizers library (absent unless FAIRLEAD_MODEL_DIR names all-MiniLM-L6-v2)',
  () => {
    const real = bertTokenizer(tokenizerFile.parse(JSON.parse(readFileSync(path, 'utf8'))))
    const cases = readFileSync(join(import.meta.dirname, 'ids.jsonl'), 'utf8')
      .trim()
      .split('\n')
    for (const line of cases) {
      const { text, ids } = JSON.parse(line) as { text: string; ids: number[] }
      expect({ text, ids: real.encode(text, 100_000) }).toEqual({ text, ids })
    }
    expect(cases.length).toBeGreaterThan(200)
  },
)
