/** Bytes of postings after which a block is closed; what a search reads for a rare word. */
const BLOCK_BYTES = 8_192

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS lexical_segments (id INTEGER PRIMARY KEY AUTOINCREMENT, level INTEGER NOT NULL, rows INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS lexical_blocks (
    id INTEGER PRIMARY KEY AUTOINCREMENT, segment INTEGER NOT NULL, first TEXT NOT NULL, terms TEXT NOT NULL, postings BLOB NOT NULL
  );
`

/** A term and its postings, encoded. */
export type Entry = readonly [term: string, postings: Uint8Array]
type Block = { readonly id: number; readonly first: string }
/** Terms of some rows in order, cut into blocks. Never changed, only written, merged and deleted. */
export type Segment = {
  readonly id: number
  readonly level: number
  readonly rows: number
  readonly blocks: readonly Block[]
}
/** `terms` is for each term a line feed, the term, a space, and where its postings end, to the base 36. */
type BlockRow = { terms: string; postings: ArrayBuffer }

/** Segments of the lexical index in SQLite. */
export type SegmentStore = ReturnType<typeof segmentStore>

export function segmentStore(sql: SqlStorage) {
  return {
    create: () => sql.exec(SCHEMA),
    load(): Segment[] {
      const blocks = new Map<number, Block[]>()
      for (const { segment, ...block } of sql.exec<Block & { segment: number }>(
        'SELECT id, segment, first FROM lexical_blocks ORDER BY id',
      ))
        blocks.set(segment, [...(blocks.get(segment) ?? []), block])
      return sql
        .exec<{ id: number; level: number; rows: number }>(
          'SELECT id, level, rows FROM lexical_segments ORDER BY id',
        )
        .toArray()
        .map((segment) => ({ ...segment, blocks: blocks.get(segment.id) ?? [] }))
    },
    /** Entries come in the order of their terms. */
    write: (level: number, entries: Iterable<Entry>, rows: () => number) =>
      writeSegment(sql, level, entries, rows),
    remove({ id, blocks }: Segment) {
      const [first, last] = [blocks[0]?.id ?? 0, blocks.at(-1)?.id ?? 0]
      sql.exec('DELETE FROM lexical_blocks WHERE id BETWEEN ? AND ? AND segment = ?', first, last, id)
      sql.exec('DELETE FROM lexical_segments WHERE id = ?', id)
    },
    /** Everything a segment holds, block after block. */
    *entries({ blocks }: Segment): Generator<Entry, void> {
      for (const { id } of blocks) {
        const row = sql.exec<BlockRow>('SELECT terms, postings FROM lexical_blocks WHERE id = ?', id).one()
        yield* entriesOf(row)
      }
    },
    /** Postings of the given terms, wherever they stand. */
    *find(segments: readonly Segment[], terms: readonly string[]): Generator<Entry, void> {
      const wanted = new Map<number, string[]>()
      for (const { blocks } of segments)
        for (const term of terms) {
          const block = blockWith(blocks, term)
          if (block) wanted.set(block.id, [...(wanted.get(block.id) ?? []), term])
        }
      const query =
        'SELECT id, terms, postings FROM lexical_blocks WHERE id IN (SELECT value FROM json_each(?))'
      for (const { id, ...row } of sql.exec<BlockRow & { id: number }>(
        query,
        JSON.stringify([...wanted.keys()]),
      ))
        yield* pick(row, wanted.get(id) ?? [])
    },
  }
}

function insertBlock(sql: SqlStorage, segment: number, entries: readonly Entry[]): Block {
  const first = entries[0]?.[0] ?? ''
  const { terms, postings } = blockOf(entries)
  const query =
    'INSERT INTO lexical_blocks (segment, first, terms, postings) VALUES (?, ?, ?, ?) RETURNING id'
  const { id } = sql.exec<{ id: number }>(query, segment, first, terms, postings).one()
  return { id, first }
}

function writeSegment(sql: SqlStorage, level: number, entries: Iterable<Entry>, rows: () => number): Segment {
  const { id } = sql
    .exec<{ id: number }>('INSERT INTO lexical_segments (level, rows) VALUES (?, 0) RETURNING id', level)
    .one()
  const blocks: Block[] = []
  let [open, bytes]: [Entry[], number] = [[], 0]
  for (const entry of entries) {
    open.push(entry)
    bytes += entry[1].length
    if (bytes < BLOCK_BYTES) continue
    blocks.push(insertBlock(sql, id, open))
    ;[open, bytes] = [[], 0]
  }
  if (open.length > 0) blocks.push(insertBlock(sql, id, open))
  sql.exec('UPDATE lexical_segments SET rows = ? WHERE id = ?', rows(), id)
  return { id, level, rows: rows(), blocks }
}

function blockOf(entries: readonly Entry[]): BlockRow {
  const bytes = new Uint8Array(entries.reduce((sum, [, { length }]) => sum + length, 0))
  let [terms, end] = ['', 0]
  for (const [term, postings] of entries) {
    bytes.set(postings, end)
    end += postings.length
    terms += `\n${term} ${end.toString(36)}`
  }
  return { terms, postings: bytes.buffer }
}

function* entriesOf({ terms, postings }: BlockRow): Generator<Entry, void> {
  let start = 0
  for (const line of terms.slice(1).split('\n')) {
    const space = line.indexOf(' ')
    const end = Number.parseInt(line.slice(space + 1), 36)
    yield [line.slice(0, space), new Uint8Array(postings, start, end - start)]
    start = end
  }
}

/** Looks a few terms up without cutting the others apart, which would take most of a search's time. */
function* pick({ terms, postings }: BlockRow, wanted: readonly string[]): Generator<Entry, void> {
  for (const term of wanted) {
    const at = terms.indexOf(`\n${term} `)
    if (at < 0) continue
    const start = at === 0 ? 0 : Number.parseInt(terms.slice(terms.lastIndexOf(' ', at) + 1, at), 36)
    const end = Number.parseInt(terms.slice(at + term.length + 2, at + term.length + 12), 36)
    yield [term, new Uint8Array(postings, start, end - start)]
  }
}

/** The last block that does not begin after the term. */
function blockWith(blocks: readonly Block[], term: string): Block | undefined {
  let [low, high] = [0, blocks.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((blocks[middle]?.first ?? '') <= term) low = middle + 1
    else high = middle
  }
  return blocks[low - 1]
}
