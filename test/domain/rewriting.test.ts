import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRewriting, rewritingPrompt, TECHNIQUES, type Technique } from '../../shared/domain/rewriting.ts'

describe('the prompt of a rewording', () => {
  it('asks for what was wanted and nothing else', () => {
    const [rules] = rewritingPrompt('And for M?', [], ['hyde'])
    expect(rules?.content).toContain('"passage"')
    expect(rules?.content).not.toContain('"wordings"')
  })

  it('shows the turns before the question', () => {
    const turns = [{ role: 'user', content: 'How long are chunks of S?' } as const]
    const prompt = rewritingPrompt('And for M?', turns, ['condense'])
    expect(prompt.at(-1)?.content).toContain('user: How long are chunks of S?')
    expect(prompt.at(-1)?.content).toContain('Question: And for M?')
  })
})

/** Some of the techniques, in any order. */
const some = fc.shuffledSubarray([...TECHNIQUES], { minLength: 1 })
/** What a model is told to write. */
const keysOf = (techniques: readonly Technique[]) => {
  const [rules] = rewritingPrompt('And for M?', [], techniques)
  return Array.from(rules?.content.matchAll(/^- "(\w+)":/gm) ?? [], ([, key = '']) => key)
}

it('a technique has a key of its own, whichever others are wanted', () => {
  fc.assert(
    fc.property(some, (techniques) => {
      expect(new Set(keysOf(techniques)).size).toBe(techniques.length)
    }),
  )
})

describe('what a model makes of a question', () => {
  it('is read through fences and politeness', () => {
    const said =
      'Sure!\n```json\n{"standalone": " How long are chunks of M? ", "wordings": ["chunk size M"]}\n```'
    expect(readRewriting(said, ['condense', 'multi_query'])).toEqual({
      standalone: 'How long are chunks of M?',
      queries: ['chunk size M'],
      passage: null,
    })
  })

  it('keeps nothing that was not asked for', () => {
    const said = JSON.stringify({ standalone: 'a', wordings: ['b'], questions: ['d'], passage: 'c' })
    expect(readRewriting(said, ['hyde'])).toEqual({ standalone: null, queries: [], passage: 'c' })
  })

  it.each([
    ['wordings', 'multi_query'],
    ['questions', 'decompose'],
  ] as const)('keeps at most four different %s', (key, technique) => {
    const said = JSON.stringify({ [key]: ['a', 'b', 'a', 3, '', 'c', 'd', 'e'] })
    expect(readRewriting(said, [technique])?.queries).toEqual(['a', 'b', 'c', 'd'])
  })

  it('is looked up by its other wordings and by the questions that it is made of, each once', () => {
    const said = JSON.stringify({ wordings: ['a', 'b'], questions: ['c', 'b', 'd'] })
    expect(readRewriting(said, ['decompose', 'multi_query'])?.queries).toEqual(['a', 'b', 'c', 'd'])
  })

  it('is read by the keys that were asked for', () => {
    fc.assert(
      fc.property(some, (techniques) => {
        const said = Object.fromEntries(keysOf(techniques).map((key) => [key, [key]]))
        const { queries = [] } = readRewriting(JSON.stringify(said), techniques) ?? {}
        const lists = techniques.filter((one) => one === 'multi_query' || one === 'decompose')
        expect(queries).toHaveLength(lists.length)
      }),
    )
  })

  it('is nothing when it is no JSON, another shape or empty', () => {
    for (const said of ['', 'I cannot do that.', '{"wordings": "a"}', '[1]', '{', '{"standalone": ""}'])
      expect(readRewriting(said, TECHNIQUES)).toBeNull()
  })

  it('never fails, whatever is said', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (said) => {
        expect(() => readRewriting(said, TECHNIQUES)).not.toThrow()
      }),
    )
  })
})
