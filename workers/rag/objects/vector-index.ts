import { distanceFromMean, dot, type QuantisedVector } from '../../../shared/domain/vector.ts'
import type { NearChunk } from '../../../shared/ports/objects.ts'
import { type Scanner, scanner } from './scanner.ts'

/** What may be seen: documents by their rows; null when all may. */
export type VisibleDocuments = ReadonlySet<number> | null

const FIRST_CAPACITY = 256

/**
 * Live vectors of one shard in memory: int8, row-major, scanned whole. Exact, so nothing is ever missed, and a vector added or
 * removed costs its own length only. The vectors lie in the memory of the WebAssembly that scans them; it goes with the index.
 */
export class VectorIndex {
  readonly dimensions: number
  readonly #scanner: Scanner
  #scales = new Float32Array(FIRST_CAPACITY)
  /** Lengths of the vectors before centring, squared. */
  #squares = new Float64Array(FIRST_CAPACITY)
  readonly #rows: number[] = []
  readonly #documents: number[] = []
  readonly #positions = new Map<number, number>()
  readonly #rowsOf = new Map<number, Set<number>>()
  readonly #sum: Float64Array
  #centred: { mean: Float32Array; norms: Float64Array } | null = null

  constructor(module: WebAssembly.Module, dimensions: number) {
    this.dimensions = dimensions
    this.#scanner = scanner(module, dimensions)
    this.#sum = new Float64Array(dimensions)
  }

  get size(): number {
    return this.#rows.length
  }

  get sum(): Float32Array {
    return Float32Array.from(this.#sum)
  }

  add(row: number, document: number, { bytes, scale }: QuantisedVector) {
    const position = this.#rows.length
    if (position === this.#scales.length) this.#grow()
    this.#scanner.set(position, bytes)
    this.#scales[position] = scale
    this.#rows.push(row)
    this.#documents.push(document)
    this.#rowsOf.set(document, (this.#rowsOf.get(document) ?? new Set()).add(row))
    this.#positions.set(row, position)
    this.#squares[position] = this.#accumulate(bytes, scale)
  }

  remove(row: number) {
    const position = this.#positions.get(row)
    if (position === undefined) return
    this.#leave(this.#documents[position] ?? 0, row)
    this.#accumulate(this.#scanner.get(position), -(this.#scales[position] ?? 0))
    const last = this.#rows.length - 1
    const [moved = row, document = 0] = [this.#rows[last], this.#documents[last]]
    this.#scanner.move(last, position)
    this.#scales[position] = this.#scales[last] ?? 0
    this.#squares[position] = this.#squares[last] ?? 0
    this.#rows[position] = moved
    this.#documents[position] = document
    this.#positions.set(moved, position)
    this.#positions.delete(row)
    this.#rows.pop()
    this.#documents.pop()
  }

  get(row: number): QuantisedVector | null {
    const position = this.#positions.get(row)
    if (position === undefined) return null
    return { bytes: this.#scanner.get(position).slice(), scale: this.#scales[position] ?? 0 }
  }

  /** How many documents have vectors here. */
  get documents(): number {
    return this.#rowsOf.size
  }

  rowsOf(document: number): ReadonlySet<number> {
    return this.#rowsOf.get(document) ?? new Set()
  }

  documentOf(row: number): number | undefined {
    const position = this.#positions.get(row)
    return position === undefined ? undefined : this.#documents[position]
  }

  isVisible(row: number, documents: VisibleDocuments): boolean {
    const position = this.#positions.get(row)
    return position !== undefined && this.#sees(position, documents)
  }

  /**
   * Cosines of the unit `question` with centred vectors: of `asked` rows, and of the `limit` nearest others.
   * The scan rounds the question to 16 bits, which decides who is near; what is answered is computed in full.
   */
  nearest(
    question: Float32Array,
    mean: Float32Array,
    documents: VisibleDocuments,
    asked: readonly number[],
    limit: number,
  ): NearChunk[] {
    const norms = this.#normsAround(mean)
    const questionDotMean = dot(question, mean)
    const exact = (position: number): NearChunk => {
      const document = this.#documents[position] ?? 0
      return {
        row: this.#rows[position] ?? 0,
        dense: cosine(this.#scanner.get(position), this.#scales[position] ?? 0, question, mean),
        document,
        isPart: this.rowsOf(document).size > 1,
      }
    }
    const wanted = asked.flatMap((row) => this.#positions.get(row) ?? [])
    const known = new Set(wanted)
    const others: Scored[] = []
    // Positions below the worst of the best are not worth keeping; the list is cut whenever it has doubled.
    let floor = Number.NEGATIVE_INFINITY
    this.#scanner.scan(question, this.size, (position, product) => {
      const norm = norms[position] ?? 0
      const near = norm > 0 ? (product * (this.#scales[position] ?? 0) - questionDotMean) / norm : 0
      if (near <= floor || known.has(position) || !this.#sees(position, documents)) return
      others.push({ position, near })
      if (others.length >= 2 * limit) floor = keepBest(others, limit)
    })
    keepBest(others, limit)
    const seen = wanted.filter((position) => this.#sees(position, documents))
    return [...seen, ...others.map(({ position }) => position)].map(exact)
  }

  #leave(document: number, row: number) {
    const rows = this.#rowsOf.get(document)
    rows?.delete(row)
    if (rows?.size === 0) this.#rowsOf.delete(document)
  }

  #sees(position: number, documents: VisibleDocuments): boolean {
    return documents === null || documents.has(this.#documents[position] ?? 0)
  }

  /** Lengths after centring change only with the mean or the vectors, so searches in a row share them. */
  #normsAround(mean: Float32Array): Float64Array {
    const known = this.#centred
    if (known && known.mean.every((value, i) => value === mean[i])) return known.norms
    const meanSquare = dot(mean, mean)
    const norms = new Float64Array(this.size)
    const keep = (position: number, product: number) => {
      norms[position] = (norms[position] ?? 0) + product * (this.#scales[position] ?? 0)
    }
    // A length is a difference of products, so rounding would show: what is lost of the mean is scanned as well.
    const lost = this.#scanner.scan(mean, this.size, keep)
    this.#scanner.scan(lost, this.size, keep)
    for (const [position, product] of norms.entries())
      norms[position] = distanceFromMean((this.#squares[position] ?? 0) - 2 * product + meanSquare)
    this.#centred = { mean, norms }
    return norms
  }

  /** Adds the vector to the sum; answers its square. */
  #accumulate(bytes: Int8Array, scale: number): number {
    this.#centred = null
    const sum = this.#sum
    let square = 0
    for (let i = 0; i < this.dimensions; i += 1) {
      const value = (bytes[i] ?? 0) * scale
      sum[i] = (sum[i] ?? 0) + value
      square += value * value
    }
    return square
  }

  #grow() {
    const capacity = this.#scales.length * 2
    const scales = new Float32Array(capacity)
    scales.set(this.#scales)
    this.#scales = scales
    const squares = new Float64Array(capacity)
    squares.set(this.#squares)
    this.#squares = squares
  }
}

type Scored = { readonly position: number; readonly near: number }

/** Keeps the `limit` largest, sorted; answers the smallest of them. */
function keepBest(scored: Scored[], limit: number): number {
  scored.sort((a, b) => b.near - a.near)
  scored.length = Math.min(scored.length, limit)
  return scored.length === limit
    ? (scored.at(-1)?.near ?? Number.NEGATIVE_INFINITY)
    : Number.NEGATIVE_INFINITY
}

/** Of the unit `question` and a stored vector around the mean; 0 for one that is the mean. */
function cosine(bytes: Int8Array, scale: number, question: Float32Array, mean: Float32Array): number {
  let [product, square] = [0, 0]
  for (let i = 0; i < question.length; i += 1) {
    const value = (bytes[i] ?? 0) * scale - (mean[i] ?? 0)
    product += value * (question[i] ?? 0)
    square += value * value
  }
  const distance = distanceFromMean(square)
  return distance > 0 ? product / distance : 0
}
