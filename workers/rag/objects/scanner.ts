const PAGE_BYTES = 65_536
const LANES = 16
/** Rows whose products are computed at once; they lie between the question and the vectors. */
const BATCH_ROWS = 4_096
/** Memory grows by a quarter at least, so that adding costs linear time. */
const GROWTH = 0.25
const MOST_PRODUCT = 2 ** 31 - 1

/** Int8 vectors in the memory of an instance of scan.wasm of their own. */
export type Scanner = {
  readonly set: (position: number, bytes: Int8Array) => void
  /** A view that holds until the next `set`. */
  readonly get: (position: number) => Int8Array
  readonly move: (from: number, to: number) => void
  /**
   * The dot product of the first `count` vectors with `question` rounded to 16 bits, in the order of positions.
   * Answers what the rounding took away.
   */
  readonly scan: (
    question: Float32Array,
    count: number,
    found: (position: number, product: number) => void,
  ) => Float32Array
}

/** Room for vectors of this many dimensions. */
export function scanner(module: WebAssembly.Module, dimensions: number): Scanner {
  const { memory, scan } = exportsOf(module)
  const stride = Math.ceil(dimensions / LANES) * LANES
  const out = stride * Int16Array.BYTES_PER_ELEMENT
  const base = out + BATCH_ROWS * Int32Array.BYTES_PER_ELEMENT
  const reserve = (bytes: number) => {
    const held = memory.buffer.byteLength
    if (bytes > held) memory.grow(Math.ceil(Math.max(bytes - held, held * GROWTH) / PAGE_BYTES))
  }
  reserve(base)
  let bytes = new Int8Array(memory.buffer)
  const at = (position: number) => base + position * stride
  return {
    set(position, vector) {
      reserve(at(position + 1))
      if (bytes.length === 0) bytes = new Int8Array(memory.buffer)
      bytes.set(vector, at(position))
    },
    get: (position) => bytes.subarray(at(position), at(position) + dimensions),
    move: (from, to) => bytes.copyWithin(at(to), at(from), at(from + 1)),
    scan(question, count, found) {
      const { lanes, step } = quantised(question)
      new Int16Array(memory.buffer, 0, stride).set(lanes)
      for (let first = 0; first < count; first += BATCH_ROWS) {
        const rows = Math.min(BATCH_ROWS, count - first)
        scan(at(first), rows, stride, 0, out)
        const products = new Int32Array(memory.buffer, out, rows)
        for (let i = 0; i < rows; i += 1) found(first + i, (products[i] ?? 0) * step)
      }
      return question.map((value, i) => value - (lanes[i] ?? 0) * step)
    },
  }
}

/** `question[i] ≈ lanes[i] · step`, as fine as 16 bits allow and as a sum of products with int8 stays below 2³¹. */
function quantised(question: Float32Array): { lanes: Int16Array; step: number } {
  const lanes = new Int16Array(question.length)
  let [largest, total] = [0, 0]
  for (const value of question) {
    largest = Math.max(largest, Math.abs(value))
    total += Math.abs(value)
  }
  if (largest === 0) return { lanes, step: 0 }
  // Rounding may add half a step per dimension.
  const room = MOST_PRODUCT / 128 - question.length
  const step = Math.max(largest / 32_767, total / room)
  for (const [i, value] of question.entries()) lanes[i] = Math.round(value / step)
  return { lanes, step }
}

function exportsOf(module: WebAssembly.Module) {
  const { memory, scan } = new WebAssembly.Instance(module).exports
  if (!(memory instanceof WebAssembly.Memory) || typeof scan !== 'function')
    throw new Error('scan.wasm: exports no memory and scan; run npm run gen')
  return { memory, scan }
}
