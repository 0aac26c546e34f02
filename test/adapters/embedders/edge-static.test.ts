import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { edgeStaticEmbedder } from '../../../shared/adapters/embedders/edge-static.ts'
import { wordPiece } from '../../../shared/domain/wordpiece.ts'
import { embedderContract } from '../../contract/embedder.ts'

const file = (name: string) => readFileSync(resolve(import.meta.dirname, '../../../models/edge-static', name))
const buffer = (name: string) => Uint8Array.from(file(name)).buffer
const vocabulary = file('vocab.txt').toString('utf8')
const embedder = edgeStaticEmbedder({ table: buffer('table.i8'), scale: buffer('scale.f32'), vocabulary })

describe('Embedder contract: shared/adapters/embedders/edge-static.ts', () => {
  embedderContract(() => embedder)
})

describe('WordPiece', () => {
  const tokens = vocabulary.split('\n')
  const { encode, count } = wordPiece(vocabulary)
  const spell = (text: string) => encode(text).map((row) => tokens[row])

  // Expected pieces are what Hugging Face `tokenizers` (BertWordPieceTokenizer, lowercase) says over the same vocabulary.
  it.each([
    ['The harbour pilots', ['the', 'harbour', 'pilots']],
    ['unaffable embeddings', ['una', '##ffa', '##ble', 'em', '##bed', '##ding', '##s']],
    ['Café Ångström', ['cafe', 'ang', '##strom']],
    ["don't stop—now", ['don', "'", 't', 'stop', '—', 'now']],
    ['soft\u00adened zero\u200bwidth', ['softened', 'zero', '##wi', '##dt', '##h']],
    ['東京 tower', ['東', '京', 'tower']],
    ['p99 = 3.5ms', ['p', '##9', '##9', '=', '3', '.', '5', '##ms']],
  ])('cuts "%s" as the reference does', (text, pieces) => {
    expect(spell(text)).toEqual(pieces)
  })

  it('counts unknown words as one token and stops at the limit', () => {
    expect(count('🜁🜂 the')).toBe(2)
    expect(spell('x'.repeat(101))).toEqual([])
    expect(encode('the '.repeat(600), 512)).toHaveLength(512)
  })
})
