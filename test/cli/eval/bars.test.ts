import { describe, expect, it } from 'vitest'
import { missedBar, parseBar } from '../../../cli/lib/eval/bars.ts'

const bar = (text: string, hasSet = false) => parseBar(text, hasSet, 'a bar')
const metric = (name: string, mean: number) => ({ metric: name, questions: 1, mean, low: mean, high: mean })

describe('a bar', () => {
  it('is a metric and a number, with a set or without, as is asked', () => {
    expect(bar('ndcg=.5')).toEqual({ set: null, metric: 'ndcg', least: 0.5 })
    expect(bar('tiny.ndcg=.5', true)).toMatchObject({ set: 'tiny' })
    for (const text of ['tiny.ndcg=.5', 'ndcg', 'ndcg=2']) expect(bar(text)).toBe(`"${text}" is not a bar`)
    expect(bar('ndcg=.5', true)).toBe('"ndcg=.5" is not a bar')
  })

  it('is refused for what is better the less it is', () => {
    expect(bar('hit-error=.1')).toBe('"hit-error=.1": of hit-error less is better, so no bar holds it')
  })

  it('is missed by less, by nothing, and by what was not measured', () => {
    const missed = (of: Parameters<typeof missedBar>[0]) =>
      missedBar(of, { set: null, metric: 'ndcg', least: 0.5 })
    expect(missed([metric('ndcg@10', 0.5)])).toBeNull()
    expect(missed([metric('ndcg@10', 0.25)])).toBe('ndcg@10 is 0.2500, below 0.5')
    expect(missed([metric('ndcg@10', Number.NaN)])).toBe('ndcg@10 is NaN, below 0.5')
    expect(missed([metric('auroc', 1)])).toBe('--at-least: "ndcg" was not measured; measured are auroc')
    expect(missed([])).toBe('--at-least: "ndcg" was not measured')
  })
})
