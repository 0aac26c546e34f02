import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchesByLength } from '../../../cli/embedder/batches.ts'
import { pool } from '../../../cli/embedder/pooling.ts'
import { type Encode, embedQueue } from '../../../cli/embedder/queue.ts'

const LIMITS = { maxTexts: 2, maxPaddedTokens: 100, maxWaitingTexts: 4 }
const forever = new AbortController().signal
/** A text's vector is its first token. */
const firstToken: Encode = async (batch) => batch.map(([first = 0]) => Float32Array.of(first))

describe('batches by length', () => {
  it('hold every text once, within both limits unless one text alone breaks them', () => {
    const lengths = fc.array(fc.integer({ min: 2, max: 60 }), { maxLength: 40 })
    const limit = fc.record({
      maxTexts: fc.integer({ min: 1, max: 8 }),
      maxPaddedTokens: fc.integer({ min: 8, max: 200 }),
    })
    fc.assert(
      fc.property(lengths, limit, (all, limits) => {
        const batches = batchesByLength(all, limits)
        expect(batches.flat().toSorted((a, b) => a - b)).toEqual([...all.keys()])
        for (const batch of batches) {
          const longest = Math.max(...batch.map((position) => all[position] ?? 0))
          expect(batch.length).toBeLessThanOrEqual(limits.maxTexts)
          expect(batch.length === 1 || batch.length * longest <= limits.maxPaddedTokens).toBe(true)
        }
        const sorted = batches.flat().map((position) => all[position] ?? 0)
        expect(sorted).toEqual(all.toSorted((a, b) => a - b))
      }),
    )
  })
})

describe('the queue of an embedder', () => {
  it('gives vectors in the order of the texts, whatever their lengths', async () => {
    const texts = [[1, 0, 0, 0], [2], [3, 0, 0], [4, 0], [5]]
    const vectors = await embedQueue(firstToken, LIMITS).embed(texts, forever)
    expect(vectors?.map(([value]) => value)).toEqual([1, 2, 3, 4, 5])
  })

  it('runs one batch at a time and lets a question pass a corpus', async () => {
    const seen: number[] = []
    let running = 0
    const { embed, load } = embedQueue(
      async (batch) => {
        running += 1
        expect(running).toBe(1)
        await Promise.resolve()
        running -= 1
        seen.push(batch[0]?.[0] ?? 0)
        return firstToken(batch)
      },
      { ...LIMITS, maxTexts: 1, maxWaitingTexts: 100 },
    )
    await Promise.all([embed([[1], [1], [1], [1]], forever), embed([[2]], forever)])
    expect(seen).toEqual([1, 2, 1, 1, 1])
    expect(load()).toBe(0)
  })

  it('refuses what would wait behind too much, and takes it later', async () => {
    const { embed } = embedQueue(firstToken, LIMITS)
    const first = embed([[1], [1], [1]], forever)
    expect(embed([[2], [2]], forever)).toBeNull()
    await first
    expect(await embed([[2], [2]], forever)).toHaveLength(2)
  })

  it('drops a request whose client left, and goes on after a batch that failed', async () => {
    const leaves = new AbortController()
    let batches = 0
    const { embed, load } = embedQueue(
      async (batch) => {
        batches += 1
        leaves.abort(new Error('left'))
        if (batch[0]?.[0] === 9) throw new Error('no memory')
        return firstToken(batch)
      },
      { ...LIMITS, maxWaitingTexts: 100 },
    )
    await expect(embed([[1], [1], [1], [1], [1]], leaves.signal)).rejects.toThrow('left')
    expect(batches).toBe(1)
    await expect(embed([[9]], forever)).rejects.toThrow('no memory')
    expect(await embed([[7]], forever)).toEqual([Float32Array.of(7)])
    expect(load()).toBe(0)
  })
})

describe('pooling', () => {
  it('takes the mean over the tokens of a text without its padding, at length one', () => {
    // Two texts of one and two tokens in two dimensions; 99 is padding.
    const states = Float32Array.of(3, 4, 99, 99, 1, 0, 0, 1)
    const [first, second] = pool(states, [1, 2], 2, 'mean')
    expect([...(first ?? [])]).toEqual([Math.fround(0.6), Math.fround(0.8)])
    expect(second?.[0]).toBeCloseTo(Math.SQRT1_2)
    expect(pool(states, [1, 2], 2, 'cls')[1]).toEqual(Float32Array.of(1, 0))
  })
})
