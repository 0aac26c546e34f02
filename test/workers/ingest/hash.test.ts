import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { chunkIds, contentHash } from '../../../workers/ingest/hash.ts'

const bytes = new TextEncoder().encode('text')
const content = { mediaType: 'text/plain', title: null, metadata: {}, acl: null, labels: [] }

describe('the content hash', () => {
  it('does not depend on an order that means nothing', async () => {
    const a = { ...content, metadata: { a: 1, b: 2 }, acl: ['x', 'y'], labels: ['l', 'm'] }
    const b = { ...content, metadata: { b: 2, a: 1 }, acl: ['y', 'x'], labels: ['m', 'l'] }
    expect(await contentHash(bytes, a)).toBe(await contentHash(bytes, b))
  })

  it.each([
    { mediaType: 'text/html' },
    { title: 'T' },
    { metadata: { a: '1' } },
    { metadata: { a: 1 } },
    { acl: ['x'] },
    { acl: [] },
    { labels: ['x'] },
  ])('changes with %o', async (change) => {
    expect(await contentHash(bytes, { ...content, ...change })).not.toBe(await contentHash(bytes, content))
  })

  it('changes with the bytes', async () => {
    expect(await contentHash(new Uint8Array(), content)).not.toBe(await contentHash(bytes, content))
  })
})

describe('chunk ids', () => {
  const texts = fc.array(fc.string({ maxLength: 3 }))

  it('are distinct within a document, even for equal texts', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (texts) => {
        expect(new Set(await chunkIds('d', texts)).size).toBe(texts.length)
      }),
    )
  })

  it('stay the same for what an edit elsewhere leaves as it was', async () => {
    const before = await chunkIds('d', ['intro', 'body', 'end'])
    const after = await chunkIds('d', ['intro', 'new', 'body', 'end'])
    expect(after.filter((id) => before.includes(id))).toHaveLength(3)
  })

  it('differ between documents', async () => {
    expect(await chunkIds('d', ['same'])).not.toEqual(await chunkIds('e', ['same']))
  })
})
