import { DurableObject } from 'cloudflare:workers'
import { FEEDBACK_HITS } from '../../../shared/domain/feedback.ts'
import { restore } from '../../../shared/domain/vector.ts'
import { AppError } from '../../../shared/errors.ts'
import type {
  LexicalQuestion,
  NearChunk,
  ShardProbe,
  ShardRpc,
  Visibility,
} from '../../../shared/ports/objects.ts'
import type {
  DocumentVersion,
  Hit,
  IndexedChunk,
  PublishOutcome,
  SearchRequest,
} from '../../../shared/ports/vector-store.ts'
import { searchSlots } from '../../../shared/slot-search.ts'
import scan from './scan.wasm'
import { ShardTables, type StoredHit } from './shard-tables.ts'
import { VectorIndex, type VisibleDocuments } from './vector-index.ts'

/** One hash slot of a collection's index: rows and full text in SQLite, vectors also in memory. The single writer of its documents. */
export class Shard extends DurableObject implements ShardRpc {
  readonly #tables: ShardTables
  #vectors: VectorIndex | null = null
  #seen: { readonly by: string; readonly documents: VisibleDocuments } | null = null

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env)
    this.#tables = new ShardTables(state.storage.sql)
  }

  async stage(
    { documentId, version }: Pick<DocumentVersion, 'documentId' | 'version'>,
    chunks: readonly IndexedChunk[],
  ): Promise<void> {
    const dimensions = this.#tables.dimensions() ?? chunks[0]?.vector.length
    for (const { vector } of chunks) sameDimensions(vector, dimensions)
    this.#write(() => {
      const { row, live_version, removed_version } = this.#tables.document(documentId)
      // Published or removed already: a late delivery has nothing to add.
      if (version <= Math.max(live_version ?? 0, removed_version)) return
      for (const chunk of chunks) this.#tables.stage(row, version, chunk)
    })
  }

  async publish(document: DocumentVersion): Promise<PublishOutcome> {
    const { documentId, version } = document
    const { row, live_version: live, removed_version } = this.#tables.document(documentId)
    if (live === version) return 'published'
    if (version <= Math.max(live ?? 0, removed_version)) {
      this.#tables.discardStagedUpTo(row, version)
      return 'superseded'
    }
    const replaced = this.#write(() => {
      const rows = live === null ? [] : this.#tables.discard(row, live)
      this.#tables.makeLive(row, document)
      this.#tables.discardStagedUpTo(row, version)
      return rows
    })
    this.#forgetVectors(replaced)
    for (const added of this.#vectors ? this.#tables.vectorsOf(row, version) : [])
      this.#vectors?.add(added.row, added.document, added.vector)
    return 'published'
  }

  async remove(documentId: string, version: number): Promise<void> {
    const { row, live_version: live } = this.#tables.document(documentId)
    const isNewer = live !== null && live > version
    const removed = this.#write(() => {
      const rows = live === null || isNewer ? [] : this.#tables.discard(row, live)
      this.#tables.makeRemoved(row, version, isNewer)
      this.#tables.discardStagedUpTo(row, version)
      return rows
    })
    this.#forgetVectors(removed)
  }

  async search(request: SearchRequest): Promise<Hit[]> {
    return searchSlots([this], request)
  }

  async probe(question: LexicalQuestion, visibility: Visibility, limit: number): Promise<ShardProbe> {
    const index = this.#index()
    const visible = this.#visibleTo(visibility)
    const lexical = this.#tables.matches(question, (row) => index.isVisible(row, visible), limit)
    const vectors = lexical.slice(0, FEEDBACK_HITS).flatMap(({ row }) => {
      const vector = index.get(row)
      return vector ? [restore(vector)] : []
    })
    const parents = this.#parents(question, index, lexical)
    const mostLexical = this.#tables.mostLexical(question)
    return { lexical, mostLexical, parents, vectors, vectorSum: index.sum, vectorCount: index.size }
  }

  /** Documents of several chunks that have lexical hits, each scored as one text. */
  #parents(
    question: LexicalQuestion,
    index: VectorIndex,
    lexical: ShardProbe['lexical'],
  ): ShardProbe['parents'] {
    const found = new Set(lexical.flatMap(({ row }) => index.documentOf(row) ?? []))
    const documents = [...found].filter((document) => index.rowsOf(document).size > 1)
    if (documents.length === 0) return []
    const rows = documents.map((document) => index.rowsOf(document))
    const scores = this.#tables.parents(question, rows, index.documents)
    return documents.map((document, i) => ({ document, score: scores[i] ?? 0 }))
  }

  async nearest(
    question: Float32Array,
    mean: Float32Array,
    visibility: Visibility,
    rows: readonly number[],
    limit: number,
  ): Promise<NearChunk[]> {
    const visible = this.#visibleTo(visibility)
    const index = this.#index()
    if (index.size === 0) return []
    sameDimensions(question, index.dimensions)
    return index.nearest(question, mean, visible, rows, limit)
  }

  async vectors(rows: readonly number[]): Promise<{ row: number; vector: Float32Array }[]> {
    const index = this.#index()
    return rows.flatMap((row) => {
      const vector = index.get(row)
      return vector ? [{ row, vector: restore(vector) }] : []
    })
  }

  async read(rows: readonly number[]): Promise<StoredHit[]> {
    return this.#tables.read(rows)
  }

  async neighbours(
    chunk: { documentId: string; version: number; from: number; to: number },
    principals: readonly string[],
  ): Promise<StoredHit[]> {
    return this.#tables.neighbours(chunk, principals)
  }

  async count(): Promise<{ documents: number; chunks: number }> {
    return this.#tables.count()
  }

  async drop(): Promise<void> {
    await this.ctx.storage.deleteAll()
    this.#seen = null
    this.#tables.create()
    this.#vectors = null
  }

  /** In one transaction; what is in memory of the tables does not outlive one that is undone. */
  #write<Result>(change: () => Result): Result {
    try {
      return this.ctx.storage.transactionSync(change)
    } catch (error) {
      this.#tables.forget()
      throw error
    } finally {
      this.#seen = null
    }
  }

  /** Both legs of a search ask, and often the next search asks the same. */
  #visibleTo(visibility: Visibility): VisibleDocuments {
    const by = JSON.stringify(visibility)
    if (this.#seen?.by !== by) this.#seen = { by, documents: this.#tables.visibleDocuments(visibility) }
    return this.#seen.documents
  }

  #forgetVectors(rows: readonly number[]) {
    for (const row of rows) this.#vectors?.remove(row)
    // The next vectors may have other dimensions.
    if (this.#vectors?.size === 0) this.#vectors = null
  }

  /** Read from the rows with the first search after the object woke; publishing keeps it up to date from then on. */
  #index(): VectorIndex {
    if (this.#vectors) return this.#vectors
    const index = new VectorIndex(scan, this.#tables.dimensions() ?? 0)
    for (const { row, document, vector } of this.#tables.allVectors()) index.add(row, document, vector)
    // An empty index does not know its dimensions yet.
    if (index.size > 0) this.#vectors = index
    return index
  }
}

function sameDimensions(vector: Float32Array, dimensions: number | undefined) {
  if (vector.length === dimensions) return
  const message = `vector: has ${vector.length} dimensions, but the index has ${dimensions}; use the embedder it was made with, or drop it`
  throw new AppError('invalid_request', message)
}
