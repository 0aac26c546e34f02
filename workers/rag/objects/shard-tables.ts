import type { Metadata } from '../../../shared/domain/filter.ts'
import { type SearchTerm, searchTerms } from '../../../shared/domain/retrieval/synonyms.ts'
import { splitIdentifiers } from '../../../shared/domain/terms.ts'
import { type QuantisedVector, quantise } from '../../../shared/domain/vector.ts'
import { ownJson } from '../../../shared/own-json.ts'
import type { LexicalQuestion, Visibility } from '../../../shared/ports/objects.ts'
import type { DocumentVersion, IndexedChunk, StoredChunk } from '../../../shared/ports/vector-store.ts'
import { filterSql, kindOf, storable } from './filter-sql.ts'
import { LexicalIndex } from './lexical-index.ts'
import { termOf } from './lexical-terms.ts'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS documents (
    row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, live_version INTEGER, removed_version INTEGER NOT NULL DEFAULT 0,
    title TEXT NOT NULL DEFAULT '', metadata TEXT NOT NULL DEFAULT '{}', restricted INTEGER NOT NULL DEFAULT 0, labels TEXT
  );
  CREATE TABLE IF NOT EXISTS chunks (
    row INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL, version INTEGER NOT NULL, id TEXT NOT NULL,
    ordinal INTEGER NOT NULL, start INTEGER NOT NULL, end INTEGER NOT NULL, text TEXT NOT NULL, gap TEXT NOT NULL,
    headings TEXT NOT NULL, vector BLOB NOT NULL, scale REAL NOT NULL, UNIQUE (document, version, ordinal)
  );
  CREATE TABLE IF NOT EXISTS attributes (document INTEGER NOT NULL, field TEXT NOT NULL, kind TEXT NOT NULL, value NOT NULL);
  CREATE INDEX IF NOT EXISTS attributes_value ON attributes (field, kind, value, document);
  CREATE INDEX IF NOT EXISTS attributes_document ON attributes (document);
  CREATE TABLE IF NOT EXISTS readers (document INTEGER NOT NULL, principal TEXT NOT NULL, PRIMARY KEY (principal, document)) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS readers_document ON readers (document);
`
const LIVE =
  'chunks JOIN documents ON documents.row = chunks.document AND documents.live_version = chunks.version'

export type DocumentRow = { row: number; live_version: number | null; removed_version: number }
type ChunkRow = {
  row: number
  chunk_id: string
  document_id: string
  version: number
  ordinal: number
  title: string
  start: number
  end: number
  text: string
  gap: string
  headings: string
  metadata: string
  labels: string | null
}
export type StoredVector = {
  readonly row: number
  /** Its document's row. */
  readonly document: number
  readonly vector: QuantisedVector
}
export type StoredHit = StoredChunk & { readonly row: number }

/** The tables of one shard. Only chunks of a live version are in the lexical index, so its statistics count what readers can see. */
export class ShardTables {
  readonly #sql: SqlStorage
  readonly #lexical: LexicalIndex
  #asked: { readonly question: LexicalQuestion; readonly terms: readonly SearchTerm[] } | null = null

  constructor(sql: SqlStorage) {
    this.#sql = sql
    this.#lexical = new LexicalIndex(sql)
    this.create()
  }

  create() {
    this.#sql.exec(SCHEMA)
    // An index of an earlier version has no labels; null says so until the document is published again.
    const columns = this.#sql.exec<{ name: string }>('PRAGMA table_info(documents)').toArray()
    if (!columns.some(({ name }) => name === 'labels'))
      this.#sql.exec('ALTER TABLE documents ADD COLUMN labels TEXT')
    this.#lexical.create()
    this.#replaceFullText()
  }

  /** After a transaction that was undone. */
  forget() {
    this.#lexical.forget()
  }

  /** The document's row, made on first sight. */
  document(id: string): DocumentRow {
    this.#sql.exec('INSERT OR IGNORE INTO documents (id) VALUES (?)', id)
    return this.#sql
      .exec<DocumentRow>('SELECT row, live_version, removed_version FROM documents WHERE id = ?', id)
      .one()
  }

  /** Adds a chunk to an invisible version; the same chunk again changes nothing. */
  stage(document: number, version: number, chunk: IndexedChunk) {
    const { id, ordinal, start, end, text, gap, headings } = chunk
    const { bytes, scale } = quantise(chunk.vector)
    const place = [document, version, id, ordinal, start, end] as const
    this.#sql.exec(
      `INSERT OR REPLACE INTO chunks (document, version, id, ordinal, start, end, text, gap, headings, vector, scale)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...place,
      text,
      gap,
      JSON.stringify(headings),
      bytes.slice().buffer,
      scale,
    )
  }

  /** Forgets a version's chunks, and their full text when it was live. Answers their rows. */
  discard(document: number, version: number): number[] {
    const of = 'document = ? AND version = ?'
    const rows = this.#sql.exec<{ row: number }>(`SELECT row FROM chunks WHERE ${of}`, document, version)
    const found = rows.toArray().map(({ row }) => row)
    this.#lexical.remove(found)
    this.#sql.exec(`DELETE FROM chunks WHERE ${of}`, document, version)
    return found
  }

  /** Forgets versions that were staged and never published. */
  discardStagedUpTo(document: number, version: number) {
    const query = 'DELETE FROM chunks WHERE document = ? AND version <= ? AND version IS NOT ?'
    const { live_version } = this.#row(document)
    this.#sql.exec(query, document, version, live_version)
  }

  makeLive(document: number, { version, title, metadata, acl, labels }: DocumentVersion) {
    this.#addWords(document, version, title)
    this.#sql.exec(
      'UPDATE documents SET live_version = ?, title = ?, metadata = ?, restricted = ?, labels = ? WHERE row = ?',
      version,
      title,
      JSON.stringify(metadata),
      acl === null ? 0 : 1,
      JSON.stringify(labels),
      document,
    )
    this.#describe(document, metadata, acl ?? [])
  }

  makeRemoved(document: number, version: number, isLive: boolean) {
    this.#sql.exec(
      'UPDATE documents SET removed_version = max(removed_version, ?) WHERE row = ?',
      version,
      document,
    )
    if (isLive) return
    this.#sql.exec('UPDATE documents SET live_version = NULL WHERE row = ?', document)
    this.#describe(document, {}, [])
  }

  vectorsOf(document: number, version: number): Iterable<StoredVector> {
    return this.#vectors('WHERE documents.row = ? AND chunks.version = ?', document, version)
  }

  allVectors(): Iterable<StoredVector> {
    return this.#vectors('')
  }

  /** Of the vectors that are stored; null when there are none. */
  dimensions(): number | null {
    const query = 'SELECT length(vector) AS length FROM chunks LIMIT 1'
    return this.#sql.exec<{ length: number }>(query).toArray()[0]?.length ?? null
  }

  /** Best BM25 first. */
  matches(
    question: LexicalQuestion,
    isVisible: (row: number) => boolean,
    limit: number,
  ): { row: number; score: number }[] {
    return this.#lexical.matches(this.#terms(question), isVisible, limit)
  }

  /** BM25 of whole documents, given by the rows of their chunks. */
  parents(question: LexicalQuestion, rows: readonly Iterable<number>[], documents: number): Float64Array {
    return this.#lexical.parents(this.#terms(question), rows, documents)
  }

  /** The BM25 that no chunk exceeds; a word that no chunk has counts as the rarest there can be. Zero without chunks. */
  mostLexical(question: LexicalQuestion): number {
    return this.#lexical.most(this.#terms(question))
  }

  /** Several things are asked about one question, and the index knows it again by its terms. */
  #terms(question: LexicalQuestion): readonly SearchTerm[] {
    if (this.#asked?.question !== question) this.#asked = { question, terms: searchTerms(question, termOf) }
    return this.#asked.terms
  }

  /** Rows of the documents that may be seen; null when all may. */
  visibleDocuments(visibility: Visibility): Set<number> | null {
    const seen = this.#visible(visibility)
    if (!seen) return null
    const query = `SELECT documents.row AS row FROM documents WHERE ${seen.sql}`
    return new Set([...this.#sql.exec<{ row: number }>(query, ...seen.parameters)].map(({ row }) => row))
  }

  read(rows: readonly number[]): StoredHit[] {
    return this.#hits('chunks.row IN (SELECT value FROM json_each(?))', JSON.stringify(rows))
  }

  neighbours(
    { documentId, version, from, to }: { documentId: string; version: number; from: number; to: number },
    principals: readonly string[],
  ): StoredHit[] {
    const seen = this.#visible({ principals })
    const place = 'documents.id = ? AND chunks.version = ? AND chunks.ordinal BETWEEN ? AND ?'
    const condition = `${place} AND ${seen?.sql ?? '1'} ORDER BY chunks.ordinal`
    return this.#hits(condition, documentId, version, from, to, ...(seen?.parameters ?? []))
  }

  count(): { documents: number; chunks: number } {
    return this.#sql
      .exec<{ documents: number; chunks: number }>(
        `SELECT (SELECT count(*) FROM documents WHERE live_version IS NOT NULL) AS documents, (SELECT count(*) FROM ${LIVE}) AS chunks`,
      )
      .one()
  }

  #row(document: number): DocumentRow {
    const query = 'SELECT row, live_version, removed_version FROM documents WHERE row = ?'
    return this.#sql.exec<DocumentRow>(query, document).one()
  }

  /** Null when there is nothing to hide: no filter, and no document with an access list. */
  #visible({ filter, principals }: Visibility): { sql: string; parameters: string[] } | null {
    const { restricted } = this.#sql
      .exec<{ restricted: number }>(
        'SELECT EXISTS (SELECT 1 FROM readers) OR EXISTS (SELECT 1 FROM documents WHERE restricted = 1) AS restricted',
      )
      .one()
    if (!filter && restricted === 0) return null
    // One parameter holds every value, since SQLite in workerd takes at most 100 of them.
    const values: unknown[] = []
    const bind = (value: unknown) => `(SELECT value FROM bound WHERE key = ${values.push(value) - 1})`
    const may = `(restricted = 0 OR documents.row IN (SELECT document FROM readers WHERE principal IN (SELECT value FROM json_each(${bind(principals)}))))`
    const condition = filter ? `${may} AND ${filterSql(filter, bind)}` : may
    const sql = `documents.row IN (WITH bound AS (SELECT key, value FROM json_each(?)) SELECT documents.row FROM documents WHERE ${condition})`
    return { sql, parameters: [JSON.stringify(values)] }
  }

  #describe(document: number, metadata: Metadata, acl: readonly string[]) {
    this.#sql.exec('DELETE FROM attributes WHERE document = ?', document)
    this.#sql.exec('DELETE FROM readers WHERE document = ?', document)
    for (const [field, value] of Object.entries(metadata))
      for (const scalar of typeof value === 'object' ? value : [value])
        this.#sql.exec(
          'INSERT INTO attributes VALUES (?, ?, ?, ?)',
          document,
          field,
          kindOf(scalar),
          storable(scalar),
        )
    for (const principal of acl)
      this.#sql.exec('INSERT OR IGNORE INTO readers VALUES (?, ?)', document, principal)
  }

  #addWords(document: number, version: number, title: string) {
    const query = 'SELECT row, text, headings FROM chunks WHERE document = ? AND version = ? ORDER BY row'
    const chunks = this.#sql.exec<{ row: number; text: string; headings: string }>(query, document, version)
    const texts = [...chunks].map(({ row, text, headings }) => {
      const content = [title, ...ownJson<string[]>(headings), text].join('\n')
      return { row, text: splitIdentifiers(content) }
    })
    this.#lexical.add(texts)
  }

  /** An index of an earlier version has its words in FTS5. */
  #replaceFullText() {
    const old = "SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = 'full_text'"
    if (this.#sql.exec(old).toArray().length === 0) return
    const live = 'SELECT row, live_version AS version, title FROM documents WHERE live_version IS NOT NULL'
    const documents = this.#sql.exec<{ row: number; version: number; title: string }>(live).toArray()
    for (const { row, version, title } of documents) this.#addWords(row, version, title)
    this.#sql.exec('DROP TABLE full_text')
  }

  *#vectors(where: string, ...parameters: number[]): Generator<StoredVector, void> {
    const query = `SELECT chunks.row AS row, chunks.document AS document, vector, scale FROM ${LIVE} ${where}`
    type Row = { row: number; document: number; vector: ArrayBuffer; scale: number }
    for (const { row, document, vector, scale } of this.#sql.exec<Row>(query, ...parameters))
      yield { row, document, vector: { bytes: new Int8Array(vector), scale } }
  }

  #hits(condition: string, ...parameters: (string | number)[]): StoredHit[] {
    const columns = `chunks.row AS row, chunks.id AS chunk_id, documents.id AS document_id, version, ordinal, title,
      start, end, text, gap, headings, metadata, labels`
    return [
      ...this.#sql.exec<ChunkRow>(`SELECT ${columns} FROM ${LIVE} WHERE ${condition}`, ...parameters),
    ].map(({ chunk_id: chunkId, document_id: documentId, headings, metadata, labels, ...row }) => ({
      ...row,
      chunkId,
      documentId,
      headings: ownJson<string[]>(headings),
      metadata: ownJson<Metadata>(metadata),
      labels: labels === null ? null : ownJson<string[]>(labels),
    }))
  }
}
