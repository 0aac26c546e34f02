import { beforeEach, describe, expect, it } from 'vitest'
import type { Filter } from '../../shared/domain/filter.ts'
import { unit } from '../../shared/domain/vector.ts'
import type {
  DocumentVersion,
  IndexedChunk,
  Namespace,
  SearchRequest,
  VectorStore,
} from '../../shared/ports/vector-store.ts'

const DIMENSIONS = 8
const axis = (i: number) => unit(Float32Array.from({ length: DIMENSIONS }, (_, j) => (i === j ? 1 : 0.01)))

const chunk = (text: string, ordinal = 0, vector = axis(ordinal)): IndexedChunk => ({
  id: `ch_${ordinal}_${text.length}`,
  ordinal,
  start: ordinal * 100,
  end: ordinal * 100 + text.length,
  text,
  gap: '\n\n',
  headings: ['Guide'],
  vector,
})

const version = (documentId: string, rest: Partial<DocumentVersion> = {}): DocumentVersion => ({
  documentId,
  version: 1,
  title: documentId,
  metadata: {},
  acl: null,
  labels: [],
  ...rest,
})

/** Every VectorStore adapter passes this unchanged. `slots` lets a store that spreads its documents show that nobody notices. */
export function vectorStoreContract(create: () => Promise<VectorStore> | VectorStore, slots = 1) {
  let store: VectorStore
  let namespace: Namespace
  beforeEach(async () => {
    store = await create()
    namespace = { tenantId: `t-${crypto.randomUUID()}`, collection: 'c', profile: 'm:test', slots }
  })

  const put = async (document: DocumentVersion, ...texts: string[]) => {
    await store.stage(
      namespace,
      document,
      texts.map((text, i) => chunk(text, i)),
    )
    return store.publish(namespace, document)
  }
  const search = (text: string, rest: Partial<SearchRequest> = {}) =>
    store.search(namespace, { text, vector: axis(0), topK: 10, principals: [], ...rest })
  const found = async (text: string, rest: Partial<SearchRequest> = {}) =>
    (await search(text, rest)).map(({ documentId }) => documentId).toSorted()

  describe('generations', () => {
    it('shows a version only once it is published', async () => {
      const document = version('harbour')
      await store.stage(namespace, document, [chunk('the pilot boards at the mole')])
      expect(await search('pilot')).toEqual([])
      expect(await store.publish(namespace, document)).toBe('published')
      expect(await found('pilot')).toEqual(['harbour'])
    })

    it('replaces the older version whole', async () => {
      await put(version('harbour'), 'the pilot boards at the mole', 'tides are strong')
      await put(version('harbour', { version: 2 }), 'the tug boards at the quay')
      const hits = await search('pilot tug tides boards')
      expect(hits.map(({ version: v, text }) => [v, text])).toEqual([[2, 'the tug boards at the quay']])
      expect(await store.count(namespace)).toEqual({ documents: 1, chunks: 1 })
    })

    it('stays as it is when the same version is staged and published again', async () => {
      await put(version('harbour'), 'the pilot boards at the mole')
      expect(await put(version('harbour'), 'the pilot boards at the mole')).toBe('published')
      expect(await store.count(namespace)).toEqual({ documents: 1, chunks: 1 })
      const hits = await search('pilot')
      expect(hits).toHaveLength(1)
      expect(hits[0]?.legs.lexical).toBeGreaterThan(0)
    })

    it('never lets an older version come back', async () => {
      await put(version('harbour', { version: 3 }), 'the tug boards at the quay')
      expect(await put(version('harbour', { version: 2 }), 'the pilot boards at the mole')).toBe('superseded')
      expect(await search('pilot boards')).toHaveLength(1)
      expect(await store.count(namespace)).toEqual({ documents: 1, chunks: 1 })
    })

    it('keeps a removed document away, however late its versions arrive', async () => {
      await store.stage(namespace, version('harbour'), [chunk('the pilot boards at the mole')])
      await store.remove(namespace, 'harbour', 2)
      expect(await store.publish(namespace, version('harbour'))).toBe('superseded')
      expect(await put(version('harbour', { version: 2 }), 'the pilot boards')).toBe('superseded')
      expect(await search('pilot')).toEqual([])
      expect(await put(version('harbour', { version: 3 }), 'the pilot boards again')).toBe('published')
      expect(await found('pilot')).toEqual(['harbour'])
    })

    it('does not remove a version newer than the one to be removed', async () => {
      await put(version('harbour', { version: 5 }), 'the pilot boards at the mole')
      await store.remove(namespace, 'harbour', 4)
      expect(await found('pilot')).toEqual(['harbour'])
    })

    it('publishes a document without any chunk', async () => {
      expect(await store.publish(namespace, version('empty'))).toBe('published')
      expect(await store.count(namespace)).toEqual({ documents: 1, chunks: 0 })
    })

    it('forgets everything when dropped, and can be filled again', async () => {
      await put(version('harbour'), 'the pilot boards at the mole')
      await store.drop(namespace)
      expect(await store.count(namespace)).toEqual({ documents: 0, chunks: 0 })
      await put(version('harbour'), 'the pilot boards at the mole')
      expect(await found('pilot')).toEqual(['harbour'])
    })
  })

  describe('labels', () => {
    it('come with every hit and every neighbour, and hide nothing', async () => {
      await put(version('harbour', { labels: ['pii', 'eu-only'] }), 'the pilot boards', 'tides are strong')
      await put(version('kitchen'), 'the pilot eats soup')
      const labels = (await search('pilot')).map((hit) => [`${hit.documentId} ${hit.ordinal}`, hit.labels])
      expect(Object.fromEntries(labels)).toEqual({
        'harbour 0': ['pii', 'eu-only'],
        'harbour 1': ['pii', 'eu-only'],
        'kitchen 0': [],
      })
      const around = { documentId: 'harbour', version: 1, from: 1, to: 1 }
      expect(await store.neighbours(namespace, around, [])).toMatchObject([{ labels: ['pii', 'eu-only'] }])
    })

    it('are those of the live version', async () => {
      await put(version('harbour', { labels: ['pii'] }), 'the pilot boards')
      await put(version('harbour', { version: 2, labels: ['secret'] }), 'the pilot boards')
      expect(await search('pilot')).toMatchObject([{ labels: ['secret'] }])
      await put(version('harbour', { version: 3 }), 'the pilot boards')
      expect(await search('pilot')).toMatchObject([{ labels: [] }])
    })
  })

  describe('search', () => {
    it('answers nothing from an empty index', async () => {
      expect(await search('pilot')).toEqual([])
    })

    it('returns what was stored, with every score', async () => {
      await put(
        version('harbour', { title: 'Harbour', metadata: { year: 2024 } }),
        'the pilot boards at the mole',
      )
      await put(version('kitchen'), 'soup is served at noon')
      const [hit] = await search('where does the pilot board')
      expect(hit).toMatchObject({
        documentId: 'harbour',
        version: 1,
        ordinal: 0,
        title: 'Harbour',
        start: 0,
        end: 28,
        text: 'the pilot boards at the mole',
        gap: '\n\n',
        headings: ['Guide'],
        metadata: { year: 2024 },
      })
      expect(hit?.legs.lexical).toBeGreaterThan(0)
      expect(hit?.score).toBeGreaterThan(0)
      expect(hit?.score).toBeLessThanOrEqual(1)
    })

    it('finds by the vector what no word matches', async () => {
      for (const i of [0, 1, 2, 3]) {
        await store.stage(namespace, version(`d${i}`), [chunk(`text number ${i}`, 0, axis(i))])
        await store.publish(namespace, version(`d${i}`))
      }
      const [hit] = await search('unheard-of', { vector: axis(2) })
      expect(hit?.documentId).toBe('d2')
      expect(hit?.legs).toMatchObject({ lexical: 0 })
      expect(hit?.legs.dense).toBeGreaterThan(0.5)
    })

    it('follows the vector where the words know hardly anything of the question', async () => {
      const others = Array.from({ length: 20 }, (_, i) => `page ${i} is blank`)
      const texts = ['the pilot is late', 'soup is served', 'ropes are kept', ...others]
      for (const [i, text] of texts.entries()) {
        await store.stage(namespace, version(`d${i}`), [chunk(text, 0, axis(Math.min(i, 3)))])
        await store.publish(namespace, version(`d${i}`))
      }
      const inGerman = 'Wo liegen nachts Taue und Leinen, wenn kein Pilot Dienst hat'
      expect((await search(inGerman, { vector: axis(2) }))[0]).toMatchObject({
        documentId: 'd2',
        legs: { lexical: 0 },
      })
      expect((await search('the pilot', { vector: axis(2) }))[0]?.documentId).toBe('d0')
    })

    it('lets a leg of weight 0 decide nothing, and still shows its score', async () => {
      await store.stage(namespace, version('words'), [chunk('the pilot boards', 0, axis(1))])
      await store.stage(namespace, version('meaning'), [chunk('soup is served', 0, axis(0))])
      await store.publish(namespace, version('words'))
      await store.publish(namespace, version('meaning'))
      const lexicalOnly = await search('pilot', { weights: { lexical: 1, dense: 0 } })
      expect(lexicalOnly[0]).toMatchObject({ documentId: 'words', score: 1 })
      expect(lexicalOnly.find(({ documentId }) => documentId === 'meaning')?.score ?? 0).toBe(0)
    })

    it('takes a question for words, never for query syntax', async () => {
      await put(version('harbour'), 'the pilot boards at the mole')
      for (const text of [
        'pilot" OR "',
        'NEAR(pilot mole)',
        'pilot*',
        '"',
        "'; DROP TABLE chunks",
        'a:b ^c',
        '💥',
        '',
      ])
        await expect(search(text)).resolves.toBeInstanceOf(Array)
      expect(await found('"pilot"')).toEqual(['harbour'])
    })

    it('cuts at topK, best first', async () => {
      for (let i = 0; i < 12; i += 1) await put(version(`d${i}`), `pilot ${'filler '.repeat(i)}`)
      const hits = await search('pilot', { topK: 5 })
      expect(hits).toHaveLength(5)
      expect(hits.map(({ score }) => score)).toEqual(hits.map(({ score }) => score).toSorted((a, b) => b - a))
    })

    it('finds identifiers by their parts, and by their title and headings', async () => {
      await put(version('config', { title: 'Reference of settings' }), 'set maxTokens before the call')
      await put(version('other'), 'nothing of that kind')
      expect((await search('guide')).every(({ legs }) => legs.lexical > 0)).toBe(true)
      for (const word of ['tokens', 'reference']) {
        const [hit] = await search(word)
        expect(hit?.documentId).toBe('config')
        expect(hit?.legs.lexical).toBeGreaterThan(0)
      }
    })
  })

  describe('who may see what', () => {
    it('keeps tenants and collections apart', async () => {
      await put(version('harbour'), 'the pilot boards at the mole')
      const foreign = [
        { ...namespace, tenantId: `t-${crypto.randomUUID()}` },
        { ...namespace, collection: 'other' },
      ]
      for (const other of foreign)
        expect(
          await store.search(other, { text: 'pilot', vector: axis(0), topK: 5, principals: [] }),
        ).toEqual([])
    })

    it('shows a document with an access list only to its principals, on every path', async () => {
      await put(version('open'), 'the pilot boards at the mole')
      await put(version('secret', { acl: ['group:finance', 'user:ada'] }), 'the pilot is paid in gold')
      expect(await found('pilot')).toEqual(['open'])
      expect(await found('unmatched')).toEqual(['open'])
      expect(await found('pilot', { principals: ['group:sales'] })).toEqual(['open'])
      expect(await found('pilot', { principals: ['user:ada'] })).toEqual(['open', 'secret'])
      const range = { documentId: 'secret', version: 1, from: 0, to: 5 }
      expect(await store.neighbours(namespace, range, [])).toEqual([])
      expect(await store.neighbours(namespace, range, ['group:finance'])).toHaveLength(1)
    })

    it('opens and closes a document with the version that says so', async () => {
      await put(version('note', { acl: ['user:ada'] }), 'the pilot boards')
      await put(version('note', { version: 2 }), 'the pilot boards')
      expect(await found('pilot')).toEqual(['note'])
      await put(version('note', { version: 3, acl: ['user:bob'] }), 'the pilot boards')
      expect(await found('pilot', { principals: ['user:ada'] })).toEqual([])
    })

    it('asks anew who may see what after every change, however often the same is asked', async () => {
      const seen = { principals: ['user:ada'], filter: { field: 'lang', is: { eq: 'en' } } } as const
      await put(version('note', { acl: ['user:ada'], metadata: { lang: 'en' } }), 'the pilot boards')
      expect(await found('pilot', seen)).toEqual(['note'])
      await put(version('other', { metadata: { lang: 'en' } }), 'the pilot leaves')
      expect(await found('pilot', seen)).toEqual(['note', 'other'])
      await put(
        version('note', { version: 2, acl: ['user:bob'], metadata: { lang: 'en' } }),
        'the pilot boards',
      )
      expect(await found('pilot', seen)).toEqual(['other'])
      await put(version('other', { version: 2, metadata: { lang: 'de' } }), 'the pilot leaves')
      expect(await found('pilot', seen)).toEqual([])
    })
  })

  describe('filters', () => {
    beforeEach(async () => {
      await put(
        version('a', { metadata: { lang: 'en', year: 2023, tags: ['x', 'y'], draft: true } }),
        'pilot one',
      )
      await put(
        version('b', { metadata: { lang: 'de', year: 2024, tags: ['y'], draft: false } }),
        'pilot two',
      )
      await put(version('c', { metadata: { year: '2024', tags: [] } }), 'pilot three')
    })

    it.each<[string, Filter, string[]]>([
      ['eq', { field: 'lang', is: { eq: 'en' } }, ['a']],
      ['eq on any value of a list', { field: 'tags', is: { eq: 'y' } }, ['a', 'b']],
      ['eq by type: a number is not its text', { field: 'year', is: { eq: 2024 } }, ['b']],
      ['eq by type: true is not 1', { field: 'draft', is: { eq: 1 } }, []],
      ['eq true', { field: 'draft', is: { eq: true } }, ['a']],
      ['ne, also where the field is missing', { field: 'lang', is: { ne: 'en' } }, ['b', 'c']],
      ['in, mixed types', { field: 'year', is: { in: [2023, '2024'] } }, ['a', 'c']],
      ['gt', { field: 'year', is: { gt: 2023 } }, ['b']],
      ['gte', { field: 'year', is: { gte: 2023 } }, ['a', 'b']],
      ['lt on text', { field: 'lang', is: { lt: 'e' } }, ['b']],
      ['lte', { field: 'year', is: { lte: 2023 } }, ['a']],
      ['exists', { field: 'lang', is: { exists: true } }, ['a', 'b']],
      ['exists false', { field: 'lang', is: { exists: false } }, ['c']],
      ['an empty list does not exist', { field: 'tags', is: { exists: false } }, ['c']],
      [
        'and',
        {
          and: [
            { field: 'year', is: { gt: 2000 } },
            { field: 'lang', is: { eq: 'de' } },
          ],
        },
        ['b'],
      ],
      [
        'or',
        {
          or: [
            { field: 'lang', is: { eq: 'en' } },
            { field: 'lang', is: { eq: 'de' } },
          ],
        },
        ['a', 'b'],
      ],
      ['not', { not: { field: 'tags', is: { eq: 'y' } } }, ['c']],
      ['a field that looks like SQL', { field: "x' OR 1=1 --", is: { eq: "' OR 1=1" } }, []],
      [
        'wide',
        { or: Array.from({ length: 32 }, (_, i) => ({ field: 'year', is: { eq: 2000 + i } })) },
        ['a', 'b'],
      ],
    ])('%s', async (_name, filter, expected) => {
      expect(await found('pilot', { filter })).toEqual(expected)
      // The dense leg obeys too.
      expect(await found('unmatched', { filter })).toEqual(expected)
    })
  })

  it('reads neighbours in order, of the live version only', async () => {
    await put(version('long'), 'one', 'two', 'three', 'four')
    const texts = async (from: number, to: number, v = 1) =>
      (await store.neighbours(namespace, { documentId: 'long', version: v, from, to }, [])).map(
        ({ text }) => text,
      )
    expect(await texts(1, 2)).toEqual(['two', 'three'])
    expect(await texts(-1, 0)).toEqual(['one'])
    await put(version('long', { version: 2 }), 'five')
    expect(await texts(0, 3)).toEqual([])
    expect(await texts(0, 3, 2)).toEqual(['five'])
  })
}
