import { DurableObject } from 'cloudflare:workers'
import { FEEDBACK_HITS } from '../../../shared/domain/feedback.ts'
import { restore } from '../../../shared/domain/vector.ts'
import type { ShardProbe, ShardRpc, Visibility } from '../../../shared/ports/objects.ts'
import type { DocumentVersion, IndexedChunk, PublishOutcome } from '../../../shared/ports/vector-store.ts'
import { ShardTables, type StoredHit } from './shard-tables.ts'
import { VectorIndex } from './vector-index.ts'

/** One hash slot of a collection's index: rows and full text in SQLite, vectors also in memory. The single writer of its documents. */
export class Shard extends DurableObject implements ShardRpc {
  readonly #tables: ShardTables
  #vectors: VectorIndex | null = null

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env)
    this.#tables = new ShardTables(state.storage.sql)
  }

  async stage(
    { documentId, version }: Pick<DocumentVersion, 'documentId' | 'version'>,
    chunks: readonly IndexedChunk[],
  ): Promise<void> {
    this.ctx.storage.transactionSync(() => {
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
    const replaced = this.ctx.storage.transactionSync(() => {
      const rows = live === null ? [] : this.#tables.discard(row, live)
      this.#tables.makeLive(row, document)
      this.#tables.discardStagedUpTo(row, version)
      return rows
    })
    for (const old of replaced) this.#vectors?.remove(old)
    for (const added of this.#vectors ? this.#tables.vectorsOf(row, version) : [])
      this.#vectors?.add(added.row, added.vector)
    return 'published'
  }

  async remove(documentId: string, version: number): Promise<void> {
    const { row, live_version: live } = this.#tables.document(documentId)
    const isNewer = live !== null && live > version
    const removed = this.ctx.storage.transactionSync(() => {
      const rows = live === null || isNewer ? [] : this.#tables.discard(row, live)
      this.#tables.makeRemoved(row, version, isNewer)
      this.#tables.discardStagedUpTo(row, version)
      return rows
    })
    for (const old of removed) this.#vectors?.remove(old)
  }

  async probe(text: string, visibility: Visibility, limit: number): Promise<ShardProbe> {
    const lexical = this.#tables.matches(text, visibility, limit)
    const index = this.#index()
    const vectors = lexical.slice(0, FEEDBACK_HITS).flatMap(({ row }) => {
      const vector = index.get(row)
      return vector ? [restore(vector)] : []
    })
    return { lexical, vectors, vectorSum: index.sum, vectorCount: index.size }
  }

  async nearest(
    question: Float32Array,
    mean: Float32Array,
    visibility: Visibility,
    rows: readonly number[],
    limit: number,
  ): Promise<{ row: number; dense: number }[]> {
    const visible = this.#tables.visibleRows(visibility)
    const asked = new Set(rows)
    const wanted: { row: number; dense: number }[] = []
    const others: { row: number; dense: number }[] = []
    // Rows below the worst of the best are not worth keeping; the list is cut whenever it has doubled.
    let floor = Number.NEGATIVE_INFINITY
    const isVisible = visible ? (row: number) => visible.has(row) : null
    this.#index().scan(question, mean, isVisible, (row, dense) => {
      if (asked.has(row)) wanted.push({ row, dense })
      else if (dense > floor) {
        others.push({ row, dense })
        if (others.length >= 2 * limit) floor = keepBest(others, limit)
      }
    })
    keepBest(others, limit)
    return [...wanted, ...others]
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
    this.#tables.create()
    this.#vectors = null
  }

  /** Read from the rows with the first search after the object woke; publishing keeps it up to date from then on. */
  #index(): VectorIndex {
    if (this.#vectors) return this.#vectors
    const stored = this.#tables.allVectors()
    const index = new VectorIndex(stored[0]?.vector.bytes.length ?? 0)
    for (const { row, vector } of stored) index.add(row, vector)
    // An empty index does not know its dimensions yet.
    if (stored.length > 0) this.#vectors = index
    return index
  }
}

/** Keeps the `limit` largest, sorted; answers the smallest of them. */
function keepBest(rows: { row: number; dense: number }[], limit: number): number {
  rows.sort((a, b) => b.dense - a.dense)
  rows.length = Math.min(rows.length, limit)
  return rows.length === limit ? (rows.at(-1)?.dense ?? Number.NEGATIVE_INFINITY) : Number.NEGATIVE_INFINITY
}
