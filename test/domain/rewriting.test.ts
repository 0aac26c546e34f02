import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRewriting, rewritingPrompt, TECHNIQUES } from '../../shared/domain/rewriting.ts'

describe('the prompt of a rewording', () => {
  it('asks for what was wanted and nothing else', () => {
    const [rules] = rewritingPrompt('And for M?', [], ['hyde'])
    expect(rules?.content).toContain('"passage"')
    expect(rules?.content).not.toContain('"queries"')
  })

  it('shows the turns before the question', () => {
    const turns = [{ role: 'user', content: 'How long are chunks of S?' } as const]
    const prompt = rewritingPrompt('And for M?', turns, ['condense'])
    expect(prompt.at(-1)?.content).toContain('user: How long are chunks of S?')
    expect(prompt.at(-1)?.content).toContain('Question: And for M?')
  })
})

describe('what a model makes of a question', () => {
  it('is read through fences and politeness', () => {
    const said =
      'Sure!\n```json\n{"standalone": " How long are chunks of M? ", "queries": ["chunk size M"]}\n```'
    expect(readRewriting(said, ['condense', 'multi_query'])).toEqual({
      standalone: 'How long are chunks of M?',
      queries: ['chunk size M'],
      passage: null,
    })
  })

  it('keeps nothing that was not asked for', () => {
    const said = JSON.stringify({ standalone: 'a', queries: ['b'], passage: 'c' })
    expect(readRewriting(said, ['hyde'])).toEqual({ standalone: null, queries: [], passage: 'c' })
  })

  it('keeps at most four different queries', () => {
    const queries = ['a', 'b', 'a', 3, '', 'c', 'd', 'e']
    expect(readRewriting(JSON.stringify({ queries }), ['decompose'])?.queries).toEqual(['a', 'b', 'c', 'd'])
  })

  it('is nothing when it is no JSON, another shape or empty', () => {
    for (const said of ['', 'I cannot do that.', '{"queries": "a"}', '[1]', '{', '{"standalone": ""}'])
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
