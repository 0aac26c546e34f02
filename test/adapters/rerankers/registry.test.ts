import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Reranker } from '../../../shared/ports/reranker.ts'
import { readRerankerList, rerankersFrom } from '../../../shared/registry/rerankers.ts'
import { CANDIDATES, QUESTION, rerankerContract } from '../../contract/reranker.ts'
import { type RerankDouble, startCohere, startTei, startWorkersAi } from '../../doubles/rerankers.ts'

const late: Reranker = {
  id: 'late-interaction',
  tariff: null,
  rerank: async (_, candidates) => ({ scores: candidates.map(() => 0), costNanoUsd: 0 }),
}
const builtIn = [{ reranker: late, weight: 0.2 }]
const named = (name: string) => (name === 'ORIGIN_KEY' ? 'key' : undefined)
const read = (list: unknown) => rerankersFrom(JSON.stringify(list), { named, log: () => undefined }, builtIn)
const auth = { type: 'bearer', secretName: 'ORIGIN_KEY' }
const tei = { id: 'bge', kind: 'tei', url: 'https://tei.example.com/', auth }

describe('the rerankers of a platform', () => {
  let doubles: RerankDouble[]
  beforeAll(async () => {
    doubles = await Promise.all([startTei('key'), startCohere('key'), startWorkersAi('key')])
  })
  afterAll(() => Promise.all(doubles.map(({ close }) => close())))
  const all = () => [
    { id: 'bge', kind: 'tei', url: `${doubles[0]?.url}/`, auth },
    {
      id: 'cohere',
      kind: 'cohere',
      url: doubles[1]?.url,
      model: 'rerank-v3.5',
      auth,
      nanoUsdPerSearch: 2_000_000,
    },
    { id: 'cloudflare', kind: 'workers-ai', url: doubles[2]?.url, auth, weight: 0.4 },
    { id: 'both', kind: 'ensemble', members: [{ id: 'bge', weight: 2 }, { id: 'cloudflare' }] },
    { id: 'two', kind: 'multi-stage', stages: [{ id: 'bge', keep: 20 }, { id: 'cohere' }] },
  ]

  describe.each(['bge', 'cohere', 'cloudflare', 'both', 'two'])('%s', (id) =>
    rerankerContract(() => read(all()).get(id)?.reranker ?? late),
  )

  it('have their share in the score, and what they cost', async () => {
    const rerankers = read(all())
    expect([...rerankers].map(([id, { weight }]) => [id, weight])).toEqual([
      ['late-interaction', 0.2],
      ['bge', 0.5],
      ['cohere', 0.5],
      ['cloudflare', 0.4],
      ['both', 0.5],
      ['two', 0.5],
    ])
    const answer = await rerankers.get('two')?.reranker.rerank(QUESTION, CANDIDATES)
    expect(answer?.costNanoUsd).toBe(2_000_000)
  })

  it('are the built-in ones where nothing is set', () => {
    for (const json of [undefined, '', '[]'])
      expect([...rerankersFrom(json, { named, log: () => undefined }, builtIn).keys()]).toEqual([
        'late-interaction',
      ])
  })

  it('say so when used without their secret, and others go on', async () => {
    const rerankers = read([{ ...tei, auth: { type: 'bearer', secretName: 'ORIGIN_OTHER' } }])
    expect(rerankers.size).toBe(2)
    await expect(rerankers.get('bge')?.reranker.rerank(QUESTION, CANDIDATES)).rejects.toMatchObject({
      code: 'upstream_rejected',
      message: 'The Worker secret ORIGIN_OTHER is not set',
    })
  })

  it.each([
    ['no list', {}, 'RERANKERS: '],
    ['an unknown kind', [{ ...tei, kind: 'jina' }], '0.kind'],
    ['an unknown field', [{ ...tei, topN: 3 }], 'topN'],
    ['no address', [{ ...tei, url: 'tei' }], '0.url'],
    ['a password in the address', [{ ...tei, url: 'https://a:b@tei.example.com' }], 'name a secret in auth'],
    ['a metadata service', [{ ...tei, url: 'http://169.254.169.254' }], 'metadata service'],
    [
      'a secret of the platform',
      [{ ...tei, auth: { ...auth, secretName: 'SIGNING_KEY' } }],
      '0.auth.secretName',
    ],
    [
      'Cohere without a price',
      [{ id: 'c', kind: 'cohere', model: 'rerank-v3.5', auth }],
      '0.nanoUsdPerSearch',
    ],
    ['one id twice', [tei, tei], '1.id: there is a reranker "bge" already'],
    ['the id of a built-in one', [{ ...tei, id: 'late-interaction' }], '0.id'],
    [
      'a stage that is not there',
      [tei, { id: 'two', kind: 'multi-stage', stages: [{ id: 'bge' }, { id: 'other' }] }],
      '1.stages.1.id: there is no reranker "other" before it in the list; there is "late-interaction", "bge"',
    ],
    [
      'a member that is itself',
      [{ id: 'me', kind: 'ensemble', members: [{ id: 'late-interaction' }, { id: 'me' }] }],
      '0.members.1.id',
    ],
  ])('are refused with %s, and the field is named', (_, list, words) => {
    expect(() => read(list)).toThrow(words)
  })

  it('are refused when the variable is no JSON', () => {
    expect(() => rerankersFrom('[{', { named, log: () => undefined }, builtIn)).toThrow(
      /^RERANKERS: must be a JSON list/,
    )
  })

  it('are refused with everything that is wrong, not the first of it', () => {
    expect(() => read([{ ...tei, url: 'tei', weight: 3 }])).toThrow(/0\.weight: .*; 0\.url: /)
  })

  it('are refused where the list is only looked at, too', () => {
    const stages = { id: 'two', kind: 'multi-stage', stages: [{ id: 'late-interaction' }, { id: 'bge' }] }
    expect(readRerankerList(JSON.stringify([tei, stages])).map(({ id }) => id)).toEqual(['bge', 'two'])
    expect(() => readRerankerList(JSON.stringify([stages]))).toThrow(
      'RERANKERS: 0.stages.1.id: there is no reranker "bge" before it in the list; there is "late-interaction"',
    )
  })
})
