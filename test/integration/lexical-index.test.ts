import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { LexicalIndex } from '../../workers/rag/objects/lexical-index.ts'

const everything = () => true
const fresh = () => env.SHARDS.getByName(crypto.randomUUID())
const indexed = <Result>(use: (index: LexicalIndex, sql: SqlStorage) => Result): Promise<Result> =>
  runInDurableObject(fresh(), (_, { storage }) => {
    const index = new LexicalIndex(storage.sql)
    index.create()
    return use(index, storage.sql)
  })

/** SQLite's own full text over the same rows. */
function fullText(sql: SqlStorage, live: ReadonlyMap<number, string>) {
  sql.exec(
    "CREATE VIRTUAL TABLE plain USING fts5 (content, tokenize = 'porter unicode61 remove_diacritics 2')",
  )
  for (const [row, text] of live) sql.exec('INSERT INTO plain (rowid, content) VALUES (?, ?)', row, text)
  return (words: readonly string[]) => {
    const query = words.map((word) => `"${word}"`).join(' OR ')
    const ranked = 'SELECT rowid AS row, -rank AS score FROM plain WHERE plain MATCH ? ORDER BY rank, rowid'
    const found = sql.exec<{ row: number; score: number }>(ranked, query).toArray()
    sql.exec('DROP TABLE plain')
    return new Map(found.map(({ row, score }) => [row, score]))
  }
}

const WORDS =
  'harbour pilot pilots boarding boards vessel the of tide tides running runs relational rationally 2024 crème creme naïve x'.split(
    ' ',
  )
const text = fc.array(fc.constantFrom(...WORDS), { maxLength: 30 }).map((words) => words.join(' '))

describe('the lexical index', () => {
  it('scores as FTS5 does, whatever was added, removed, merged and read again', async () => {
    const changes = fc.array(
      fc.oneof(
        { weight: 6, arbitrary: fc.record({ add: fc.array(text, { minLength: 1, maxLength: 4 }) }) },
        { weight: 2, arbitrary: fc.record({ remove: fc.nat() }) },
        { weight: 1, arbitrary: fc.constant({ forget: true }) },
      ),
      { maxLength: 40 },
    )
    const words = fc.array(fc.constantFrom(...WORDS, 'absent'), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(changes, words, async (all, asked) => {
        const { found, expected } = await indexed((index, sql) => {
          const live = new Map<number, string>()
          let row = 0
          for (const change of all) {
            if ('add' in change) {
              const texts = change.add.map((one) => ({ row: (row += 3), text: one }))
              index.add(texts)
              for (const one of texts) live.set(one.row, one.text)
            } else if ('remove' in change) {
              const [gone] = [...live.keys()].slice(change.remove % Math.max(1, live.size))
              if (gone !== undefined) index.remove([gone])
              live.delete(gone ?? 0)
            } else index.forget()
          }
          // FTS5 counts rows without a word; a chunk always has one.
          const worded = new Map([...live].filter(([, one]) => one !== ''))
          return { found: index.matches(asked, everything, 1_000), expected: fullText(sql, worded)(asked) }
        })
        expect(new Set(found.map(({ row }) => row))).toEqual(new Set(expected.keys()))
        for (const { row, score } of found) expect(score).toBeCloseTo(expected.get(row) ?? -1, 4)
        expect(found.map(({ score }) => score)).toEqual(
          found.map(({ score }) => score).toSorted((a, b) => b - a),
        )
      }),
      { numRuns: 60 },
    )
  })

  it('answers the best of those that may be seen', async () => {
    const found = await indexed((index) => {
      index.add(Array.from({ length: 500 }, (_, row) => ({ row, text: `tide ${'x '.repeat(row)}` })))
      return index.matches(['tide'], (row) => row % 2 === 1, 3)
    })
    expect(found.map(({ row }) => row)).toEqual([1, 3, 5])
  })

  it('keeps few segments however much is added, and nothing of what was removed', async () => {
    const { segments, blocks, removed, found } = await indexed((index, sql) => {
      for (let row = 1; row <= 3_000; row += 1) index.add([{ row, text: `tide number${row}` }])
      const count = (table: string) => Number(sql.exec(`SELECT count(*) AS n FROM ${table}`).one()['n'])
      const segments = count('lexical_segments')
      for (let row = 1; row <= 2_900; row += 1) index.remove([row])
      const found = index.matches(['tide'], everything, 1_000)
      return { segments, blocks: count('lexical_blocks'), removed: count('lexical_removed'), found }
    })
    expect(segments).toBeLessThan(32)
    expect(blocks).toBeLessThan(32)
    expect(removed).toBeLessThanOrEqual(1_000)
    expect(found).toHaveLength(100)
  })

  it('looks for a word of any script by the word itself, and by its beginning when it is endless', async () => {
    const found = await indexed((index) => {
      index.add([
        { row: 1, text: 'Ängström ölfilm' },
        { row: 2, text: 'порт приписки' },
        { row: 3, text: 'a'.repeat(10_000) },
        { row: 4, text: '𝔘nicode \u{fffd}' },
      ])
      return ['angstrom', 'порт', 'a'.repeat(10_000), '𝔘nicode', '\u0301'].map((word) =>
        index.matches([word.toLowerCase()], everything, 10).map(({ row }) => row),
      )
    })
    expect(found).toEqual([[1], [2], [3], [4], []])
  })
})

describe('a shard', () => {
  const document = { documentId: 'a', version: 1, title: 'Tides', metadata: {}, acl: null, labels: [] }
  const chunk = { id: 'c', ordinal: 0, start: 0, end: 4, text: 'running high', gap: '', headings: ['Neap'] }

  it('of an earlier version moves its words out of FTS5 and finds them', async () => {
    const shard = fresh()
    await shard.stage(document, [{ ...chunk, vector: Float32Array.of(1, 0) }])
    await shard.publish(document)
    await runInDurableObject(shard, (_, { storage }) => {
      for (const table of ['segments', 'blocks', 'removed']) storage.sql.exec(`DROP TABLE lexical_${table}`)
      storage.sql.exec(
        "CREATE VIRTUAL TABLE full_text USING fts5 (content, content = '', contentless_delete = 1)",
      )
    })
    await evictDurableObject(shard)
    for (const word of ['tide', 'neap', 'run'])
      expect((await shard.probe(word, { principals: [] }, 1)).lexical).toHaveLength(1)
    const tables = await runInDurableObject(shard, (_, { storage }) =>
      storage.sql.exec("SELECT name FROM sqlite_master WHERE name LIKE 'full_text%'").toArray(),
    )
    expect(tables).toEqual([])
  })

  it('answers many questions at once as it answers them one by one', async () => {
    const shard = fresh()
    const at = (i: number) => Float32Array.of(Math.cos(i), Math.sin(i), Math.cos(2 * i))
    const chunks = Array.from({ length: 300 }, (_, i) => {
      return { ...chunk, id: `c${i}`, ordinal: i, text: `tide ${i % 7} of ${i}`, vector: at(i) }
    })
    await shard.stage(document, chunks)
    await shard.publish(document)
    const ask = async (i: number) => {
      const request = { text: `tide ${i % 7}`, vector: at(i / 3), topK: 5, principals: [] }
      const hits = await shard.search(request)
      return [...hits].map(({ ordinal, score }) => ({ ordinal, score }))
    }
    const questions = Array.from({ length: 20 }, (_, i) => i)
    const oneByOne = []
    for (const i of questions) oneByOne.push(await ask(i))
    expect(await Promise.all(questions.map(ask))).toEqual(oneByOne)
    expect(new Set(oneByOne.map(([first]) => first?.ordinal)).size).toBeGreaterThan(5)
  })

  it('takes vectors of one length only, until it is empty again', async () => {
    const shard = fresh()
    const wide = (length: number) => [{ ...chunk, vector: new Float32Array(length).fill(1) }]
    const outcome = (length: number, version: number) =>
      runInDurableObject(shard, (instance) =>
        instance.stage({ documentId: 'a', version }, wide(length)).then(
          () => 'staged',
          (error: Error) => error.message,
        ),
      )
    expect(await outcome(256, 1)).toBe('staged')
    await shard.publish(document)
    expect(await outcome(3_072, 2)).toContain('has 3072 dimensions, but the index has 256')
    await shard.probe('tide', { principals: [] }, 1)
    await shard.remove('a', 1)
    expect(await outcome(3_072, 2)).toBe('staged')
    await shard.publish({ ...document, version: 2 })
    expect((await shard.probe('tide', { principals: [] }, 1)).vectorSum).toHaveLength(3_072)
  })
})
