import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lateInteractionReranker } from '../../../shared/adapters/rerankers/late-interaction.ts'
import { candidate, rerankerContract } from '../../contract/reranker.ts'

const file = (name: string) => readFileSync(resolve(import.meta.dirname, '../../../models/edge-static', name))
const buffer = (name: string) => Uint8Array.from(file(name)).buffer
const vocabulary = file('vocab.txt').toString('utf8')
const reranker = lateInteractionReranker({
  table: buffer('table.i8'),
  scale: buffer('scale.f32'),
  vocabulary,
})
const scoresOf = async (query: string, texts: readonly string[]) =>
  (
    await reranker.rerank(
      query,
      texts.map((text) => ({ ...candidate(text), title: '', headings: [] })),
    )
  ).scores

describe('Reranker contract: late-interaction', () => {
  rerankerContract(() => reranker)

  it('gives a text that has every word of the question a one', async () => {
    const [score] = await scoresOf('anchor harbour', ['the harbour where they drop anchor'])
    expect(score).toBeCloseTo(1, 6)
  })

  it('finds words that mean the same', async () => {
    const [near = 0, far = 0] = await scoresOf('physician', ['the doctor is in', 'the soup is hot'])
    expect(near).toBeGreaterThan(far + 0.2)
  })

  it('lets rare words count more than common ones', async () => {
    const [rare = 0, common = 0] = await scoresOf('the soup', ['soup', 'the'])
    expect(rare).toBeGreaterThan(0.9)
    expect(common).toBeLessThan(0.6)
  })

  it('does not depend on the order or the number of the words, nor on the other candidates', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('pilot', 'ship', 'soup', 'onion', 'harbour', 'the'), { minLength: 1 }),
        async (words) => {
          const text = words.join(' ')
          const [alone] = await scoresOf('where ships anchor', [text])
          const twice = await scoresOf('where ships anchor', ['anchor', `${text} ${text}`])
          expect(twice[1]).toBe(alone)
        },
      ),
      { numRuns: 30 },
    ))

  it('has nothing to say of a question or a text without known words', async () => {
    expect(await scoresOf('🜁🜂', ['ship', ''])).toEqual([0, 0])
    expect(await scoresOf('ship', ['', '🜁'])).toEqual([0, 0])
  })
})
