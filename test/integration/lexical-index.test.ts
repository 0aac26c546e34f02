import { evictDurableObject, runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type SearchTerm, searchTerms } from '../../shared/domain/retrieval/synonyms.ts'
import { LexicalIndex } from '../../workers/rag/objects/lexical-index.ts'
import { termOf } from '../../workers/rag/objects/lexical-terms.ts'
import { ShardTables } from '../../workers/rag/objects/shard-tables.ts'

const everything = () => true
const fresh = () => env.SHARDS.getByName(crypto.randomUUID())
const indexed = <Result>(use: (index: LexicalIndex, sql: SqlStorage) => Result): Promise<Result> =>
  runInDurableObject(fresh(), (_, { storage }) => {
    const index = new LexicalIndex(storage.sql)
    index.create()
    return use(index, storage.sql)
  })

/** Words to look up as they are, stop words as well. */
const asked = (...words: string[]): SearchTerm[] =>
  words.flatMap((word) => (termOf(word) === '' ? [] : { alternatives: [[termOf(word)]], times: 1 }))
const question = (text: string, ...synonyms: string[][]) => searchTerms({ text, synonyms }, termOf)

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
      fc.asyncProperty(changes, words, async (all, wanted) => {
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
          return {
            found: index.matches(asked(...wanted), everything, 1_000),
            expected: fullText(sql, worded)(wanted),
          }
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
      return index.matches(asked('tide'), (row) => row % 2 === 1, 3)
    })
    expect(found.map(({ row }) => row)).toEqual([1, 3, 5])
  })

  it('keeps few segments however much is added, and nothing of what was removed', async () => {
    const { segments, blocks, removed, found } = await indexed((index, sql) => {
      for (let row = 1; row <= 3_000; row += 1) index.add([{ row, text: `tide number${row}` }])
      const count = (table: string) => Number(sql.exec(`SELECT count(*) AS n FROM ${table}`).one()['n'])
      const segments = count('lexical_segments')
      for (let row = 1; row <= 2_900; row += 1) index.remove([row])
      const found = index.matches(asked('tide'), everything, 1_000)
      return { segments, blocks: count('lexical_blocks'), removed: count('lexical_removed'), found }
    })
    expect(segments).toBeLessThan(32)
    expect(blocks).toBeLessThan(32)
    expect(removed).toBeLessThanOrEqual(1_000)
    expect(found).toHaveLength(100)
  })

  it('looks for a word of any script and any form of letters, by its beginning when it is endless', async () => {
    const found = await indexed((index) => {
      index.add([
        { row: 1, text: 'Ängström ölfilm' },
        { row: 2, text: 'порт приписки' },
        { row: 3, text: 'a'.repeat(10_000) },
        { row: 4, text: '𝔘nicode \u{fffd}' },
      ])
      return ['angstrom', 'порт', 'a'.repeat(10_000), 'unicode', '\u0301'].map((word) =>
        index.matches(asked(word.toLowerCase()), everything, 10).map(({ row }) => row),
      )
    })
    expect(found).toEqual([[1], [2], [3], [4], []])
  })
})

describe('synonyms in the lexical index', () => {
  const words = 'ship vessel cargo tide ebb service level agreement sla'.split(' ')
  const parts = fc.array(fc.constantFrom(...words, 'service level agreement'), {
    minLength: 1,
    maxLength: 12,
  })
  const texts = fc.array(parts, { minLength: 1, maxLength: 25 })

  /** Scores of chunks by row, and of the first ten as one document. */
  const scored = (all: readonly string[], terms: readonly SearchTerm[]) =>
    indexed((index) => {
      // In two calls, so that a term stands in two segments; a row that was removed counts nothing.
      const rows = all.map((text, i) => ({ row: 2 * i + 1, text }))
      index.add(rows.slice(0, 3))
      if (rows.length > 3) index.add(rows.slice(3))
      index.add([{ row: 5_000, text: words.join(' ') }])
      index.remove([5_000])
      const found = index.matches(terms, everything, 1_000).toSorted((a, b) => a.row - b.row)
      const parent = index.parents(terms, [rows.slice(0, 10).map(({ row }) => row)], 3)
      return { rows: found.map(({ row }) => row), scores: [...found.map(({ score }) => score), ...parent] }
    })
  type Asked = { readonly all: readonly string[]; readonly terms: readonly SearchTerm[] }
  /** How far scores are apart; infinitely when other rows are found. */
  async function difference(one: Asked, other: Asked) {
    const [found, expected] = [await scored(one.all, one.terms), await scored(other.all, other.terms)]
    if (found.rows.join() !== expected.rows.join()) return Number.POSITIVE_INFINITY
    return Math.max(...found.scores.map((score, i) => Math.abs(score - (expected.scores[i] ?? 0))))
  }

  it('scores a word and its synonyms as if all texts used the one word', async () => {
    await fc.assert(
      fc.asyncProperty(
        texts,
        fc.constantFrom('ship', 'vessels', 'Ship tide', 'boat ebb'),
        async (all, said) => {
          const plain = (text: string) => text.replaceAll(/\b(vessels?|boat)\b/g, 'ship').toLowerCase()
          const spoken = all.map((text) => text.join(' '))
          const [one, other] = [
            { all: spoken, terms: question(said, ['ship', 'vessel', 'boat']) },
            { all: spoken.map(plain), terms: question(plain(said)) },
          ]
          expect(await difference(one, other)).toBeLessThan(1e-4)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('scores an abbreviation as the phrase that it stands for, whichever of them is asked for', async () => {
    const group = ['sla', 'service level agreement']
    // No text has the phrase's words apart: the index does not know where words stand.
    const whole = texts.map((all) =>
      all.map((text) => text.filter((part) => !['service', 'level', 'agreement'].includes(part)).join(' ')),
    )
    // Of as many words as the phrase, so that texts stay as long as they are.
    const [short, long] = ['sla quay mole', 'service level agreement']
    await fc.assert(
      fc.asyncProperty(whole, fc.constantFrom('', ' cargo', ' ebb tide'), async (all, more) => {
        const mixed = all.map((text) => text.replaceAll('sla', short))
        const spelled = {
          all: mixed.map((text) => text.replaceAll(short, long)),
          terms: question(`${long}${more}`),
        }
        const abbreviated = {
          all: mixed.map((text) => text.replaceAll(long, short)),
          terms: question(`SLA${more}`),
        }
        const asked = (said: string) => ({ all: mixed, terms: question(`${said}${more}`, group) })
        expect(await difference(asked(long), spelled)).toBeLessThan(1e-4)
        expect(await difference(asked('SLA'), abbreviated)).toBeLessThan(1e-4)
      }),
      { numRuns: 20 },
    )
  })

  it('finds a text that has all words of a synonym, not one that has some of them', async () => {
    const all = ['credits of the service level agreement', 'service level', 'agreement', 'sla']
    const found = await indexed((index) => {
      index.add(all.map((text, row) => ({ row, text })))
      return index.matches(question('sla', ['sla', 'service level agreement']), everything, 10)
    })
    expect(found.map(({ row }) => row).toSorted((a, b) => a - b)).toEqual([0, 3])
  })
})

describe('the most that a text can score', () => {
  const most = (texts: readonly string[], ...asking: SearchTerm[][]) =>
    indexed((index) => {
      index.add(texts.map((one, i) => ({ row: i + 1, text: one })))
      return asking.map((terms) => {
        const before = index.most(terms)
        const best = index.matches(terms, everything, 1)[0]?.score ?? 0
        const parent = index.parents(terms, [texts.map((_, i) => i + 1)], 1)[0] ?? 0
        return { before, after: index.most(terms), best, parent }
      })
    })

  it('is above every score, and the same whatever was asked before', async () => {
    const words = fc.array(fc.constantFrom(...WORDS, 'absent'), { minLength: 1, maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 20 }), words, async (texts, said) => {
        const [found] = await most(
          ['harbour', ...texts],
          question(said.join(' '), ['tide', 'harbour', 'vessel run']),
        )
        if (!found) throw new Error('nothing was asked')
        expect(found.after).toBe(found.before)
        expect(found.best).toBeLessThanOrEqual(found.before)
        expect(found.parent).toBeLessThanOrEqual(found.before)
      }),
      { numRuns: 40 },
    )
  })

  it('adds up what the words weigh, an unknown one as the rarest there can be', async () => {
    const texts = ['tide', 'ebb', 'ebb', 'quay', 'quay', 'quay', 'quay']
    const weight = (having: number) => 2.2 * Math.log((7 - having + 0.5) / (having + 0.5))
    const asking = ['tide', 'ebb tide ebb', 'absent', 'quay', ''].map((said) => question(said))
    const found = (await most(texts, ...asking)).map(({ before }) => before)
    const expected = [weight(1), 2 * weight(2) + weight(1), weight(0), 0, 0]
    for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 4)
    const [merged] = await most(texts, question('tide', ['tide', 'ebb']))
    expect(merged?.before).toBeCloseTo(weight(3))
  })

  it('is nothing without texts, and follows what is added and removed', async () => {
    const found = await indexed((index) => {
      const terms = asked('tide')
      const seen = [index.most(terms)]
      index.add(['tide', 'ebb', 'ebb', 'ebb'].map((one, row) => ({ row, text: one })))
      seen.push(index.most(terms))
      index.remove([0])
      return [...seen, index.most(terms)]
    })
    expect(found).toEqual([0, 2.2 * Math.log(3.5 / 1.5), 2.2 * Math.log(3.5 / 0.5)])
  })

  it('is what the tables of a shard say of a question', async () => {
    const stored = { documentId: 'a', version: 1, title: '', metadata: {}, acl: null, labels: [] }
    const at = { gap: '', headings: [], start: 0, end: 4, vector: Float32Array.of(1, 0) }
    const found = await runInDurableObject(fresh(), (_, { storage }) => {
      const tables = new ShardTables(storage.sql)
      const { row } = tables.document('a')
      for (const [ordinal, one] of ['tide', 'ebb', 'flow', 'quay', 'mole'].entries())
        tables.stage(row, 1, { ...at, id: `c${ordinal}`, ordinal, text: one })
      tables.makeLive(row, stored)
      const ask = { text: 'Where is the tide?', synonyms: [['tide', 'ebb']] }
      const hits = tables.matches(ask, everything, 9)
      return { most: tables.mostLexical(ask), hits: hits.length, parents: tables.parents(ask, [[1, 2]], 1) }
    })
    expect(found.hits).toBe(2)
    expect(found.parents[0]).toBeGreaterThan(0)
    expect(found.most).toBe(2.2 * Math.log(3.5 / 2.5))
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
      expect((await shard.probe({ text: word, synonyms: [] }, { principals: [] }, 1)).lexical).toHaveLength(1)
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
    await shard.probe({ text: 'tide', synonyms: [] }, { principals: [] }, 1)
    await shard.remove('a', 1)
    expect(await outcome(3_072, 2)).toBe('staged')
    await shard.publish({ ...document, version: 2 })
    expect((await shard.probe({ text: 'tide', synonyms: [] }, { principals: [] }, 1)).vectorSum).toHaveLength(
      3_072,
    )
  })
})
