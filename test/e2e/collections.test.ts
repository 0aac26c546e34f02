import { expect, it } from 'vitest'
import type { z } from 'zod'
import { type collectionRequest, putCollectionRoute } from '../../shared/api/collections.ts'
import { newTenant, putLive, send } from './platform.ts'

/** One document says a word of the question, another what it means. */
const QUESTION = 'kitten food'
const DOCUMENTS = {
  'thought.md': 'Food for thought: the food of the astronauts comes in tubes.',
  'cats.md': 'What do cats eat? Feline nutrition for your pet cat.',
  'soup.md': 'Onion soup takes butter, flour and an hour of patience.',
}

async function setUp() {
  const caller = await newTenant()
  for (const [id, text] of Object.entries(DOCUMENTS)) await putLive(caller, 'notes', id, { text })
  const search = async (more: object = {}) => {
    const answer = await send(caller, 'POST', '/v1/search', { query: QUESTION, collection: 'notes', ...more })
    return (answer.body as { hits: { documentId: string }[] }).hits.map(({ documentId }) => documentId)
  }
  const set = (body: z.input<typeof collectionRequest>) =>
    caller.call(putCollectionRoute, { params: { collection: 'notes' }, body })
  return { caller, search, set }
}

it('a search does what its collection says, unless the request says otherwise', async () => {
  const { search, set } = await setUp()
  const alone = { feedback: false, agreement: false }
  await set({ retrieval: { ...alone, weights: { lexical: 1, dense: 0 } } })
  expect((await search())[0]).toBe('thought.md')
  expect((await search({ retrieval: { weights: { lexical: 0, dense: 1 } } }))[0]).toBe('cats.md')
  await set({ retrieval: { ...alone, weights: { lexical: 0, dense: 1 } } })
  expect((await search())[0]).toBe('cats.md')
  expect((await search({ weights: { lexical: 1, dense: 0 } }))[0]).toBe('thought.md')
})

it('a question and a search get as many passages as the collection says, unless the request says otherwise', async () => {
  const { caller, search, set } = await setUp()
  const sources = async (retrieval: object = {}) => {
    const body = { question: QUESTION, collection: 'notes', retrieval }
    const answer = await send(caller, 'POST', '/v1/query', body)
    return (answer.body as { sources: unknown[] }).sources
  }
  // Nothing is left out for being unlikely.
  const all = { minProbability: 0, cut: 0 }
  expect([await search(), await sources(all)].map(({ length }) => length)).toEqual([3, 3])
  await set({ retrieval: { ...all, topK: 1 } })
  expect([await search(), await sources()].map(({ length }) => length)).toEqual([1, 1])
  const more = [await search({ topK: 2 }), await sources({ topK: 2 })]
  expect(more.map(({ length }) => length)).toEqual([2, 2])
})
