import type { QuantisedVector } from '../../../shared/domain/vector.ts'

const FIRST_CAPACITY = 256

/**
 * Live vectors of one shard in memory: int8, row-major, scanned whole. Exact, so nothing is ever missed, and a vector added or
 * removed costs its own length only.
 */
export class VectorIndex {
  readonly #dimensions: number
  #bytes: Int8Array
  #scales: Float32Array
  readonly #rows: number[] = []
  readonly #positions = new Map<number, number>()
  readonly #sum: Float64Array
  #centred: { mean: Float32Array; norms: Float32Array } | null = null

  constructor(dimensions: number) {
    this.#dimensions = dimensions
    this.#bytes = new Int8Array(FIRST_CAPACITY * dimensions)
    this.#scales = new Float32Array(FIRST_CAPACITY)
    this.#sum = new Float64Array(dimensions)
  }

  get size(): number {
    return this.#rows.length
  }

  get sum(): Float32Array {
    return Float32Array.from(this.#sum)
  }

  add(row: number, { bytes, scale }: QuantisedVector) {
    const position = this.#rows.length
    if (position === this.#scales.length) this.#grow()
    this.#bytes.set(bytes, position * this.#dimensions)
    this.#scales[position] = scale
    this.#rows.push(row)
    this.#positions.set(row, position)
    this.#accumulate(position, 1)
  }

  remove(row: number) {
    const position = this.#positions.get(row)
    if (position === undefined) return
    this.#accumulate(position, -1)
    const last = this.#rows.length - 1
    const moved = this.#rows[last] ?? row
    this.#bytes.copyWithin(
      position * this.#dimensions,
      last * this.#dimensions,
      (last + 1) * this.#dimensions,
    )
    this.#scales[position] = this.#scales[last] ?? 0
    this.#rows[position] = moved
    this.#positions.set(moved, position)
    this.#positions.delete(row)
    this.#rows.pop()
  }

  get(row: number): QuantisedVector | null {
    const position = this.#positions.get(row)
    if (position === undefined) return null
    const from = position * this.#dimensions
    return { bytes: this.#bytes.slice(from, from + this.#dimensions), scale: this.#scales[position] ?? 0 }
  }

  /** Cosine of the unit `question` with every centred vector, by row. `isVisible` null sees everything. */
  scan(
    question: Float32Array,
    mean: Float32Array,
    isVisible: ((row: number) => boolean) | null,
    found: (row: number, cosine: number) => void,
  ) {
    const norms = this.#normsAround(mean)
    const questionDotMean = dot(question, mean)
    for (const [position, row] of this.#rows.entries()) {
      if (isVisible && !isVisible(row)) continue
      const raw = this.#dot(position, question) - questionDotMean
      const norm = norms[position] ?? 0
      found(row, norm > 0 ? raw / norm : 0)
    }
  }

  /** Lengths after centring change only with the mean or the vectors, so searches in a row share them. */
  #normsAround(mean: Float32Array): Float32Array {
    const known = this.#centred
    if (known && known.mean.every((value, i) => value === mean[i])) return known.norms
    const meanSquare = dot(mean, mean)
    const norms = Float32Array.from(this.#rows, (_, position) => {
      const square = this.#square(position) - 2 * this.#dot(position, mean) + meanSquare
      return Math.sqrt(Math.max(0, square))
    })
    this.#centred = { mean, norms }
    return norms
  }

  #dot(position: number, vector: Float32Array): number {
    const bytes = this.#bytes
    const from = position * this.#dimensions
    let sum = 0
    for (let i = 0; i < vector.length; i += 1) sum += (bytes[from + i] ?? 0) * (vector[i] ?? 0)
    return sum * (this.#scales[position] ?? 0)
  }

  #square(position: number): number {
    const from = position * this.#dimensions
    let sum = 0
    for (let i = from; i < from + this.#dimensions; i += 1) sum += (this.#bytes[i] ?? 0) ** 2
    return sum * (this.#scales[position] ?? 0) ** 2
  }

  #accumulate(position: number, sign: 1 | -1) {
    this.#centred = null
    const from = position * this.#dimensions
    const scale = sign * (this.#scales[position] ?? 0)
    for (let i = 0; i < this.#dimensions; i += 1)
      this.#sum[i] = (this.#sum[i] ?? 0) + (this.#bytes[from + i] ?? 0) * scale
  }

  #grow() {
    const capacity = this.#scales.length * 2
    const bytes = new Int8Array(capacity * this.#dimensions)
    bytes.set(this.#bytes)
    this.#bytes = bytes
    const scales = new Float32Array(capacity)
    scales.set(this.#scales)
    this.#scales = scales
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}
