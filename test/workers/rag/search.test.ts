import { describe, expect, it } from 'vitest'
import type { RetrievalChoice } from '../../../shared/domain/retrieval/settings.ts'
import type { Deps } from '../../../workers/rag/app.ts'
import { search } from '../../../workers/rag/search.ts'

/** A search on a platform whose only reranker is `bge`: it fails before anything else is looked at. */
async function problem(ofCollection: RetrievalChoice, asked?: RetrievalChoice): Promise<string> {
  const deps = { rerankers: new Map([['bge', {}]]), now: () => 0 } as unknown as Deps
  const context = { principal: {} } as unknown as Parameters<typeof search>[1]
  const collection = { name: 'docs', retrieval: ofCollection } as Parameters<typeof search>[2]
  const failing = search(deps, context, collection, { query: 'pilot', topK: 1, retrieval: asked })
  return failing.then(
    () => '',
    ({ message }: Error) => message,
  )
}

describe('a reranker that the platform does not have', () => {
  it('is refused by the field that names it', async () => {
    const missing = 'retrieval.rerank: there is no reranker "tei"; there is bge'
    expect(await problem({}, { rerank: 'tei' })).toBe(missing)
    expect(await problem({ rerank: 'bge' }, { rerank: 'tei' })).toBe(missing)
    expect(await problem({ rerank: 'tei' }, { rerank: 'tei' })).toBe(missing)
  })

  it('is said to come from the settings of the collection where only they name it, and how to change that', async () => {
    for (const asked of [undefined, {}, { cut: 0.5 }])
      expect(await problem({ rerank: 'tei' }, asked)).toBe(
        'collection: the settings of "docs" name the reranker "tei", which this platform does not have; name another in retrieval.rerank of PUT /v1/collections/docs, or in that of the request; there is bge',
      )
  })
})
