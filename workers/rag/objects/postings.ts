/** Where a term stands: rows, and how often in each; the first `size` of both arrays. */
export type Postings = { rows: Int32Array; counts: Int32Array; size: number }

export const newPostings = (): Postings => ({ rows: new Int32Array(8), counts: new Int32Array(8), size: 0 })

export function pushPosting(postings: Postings, row: number, count: number) {
  if (postings.size === postings.rows.length) {
    postings.rows = doubled(postings.rows)
    postings.counts = doubled(postings.counts)
  }
  postings.rows[postings.size] = row
  postings.counts[postings.size] = count
  postings.size += 1
}

function doubled(values: Int32Array): Int32Array {
  const longer = new Int32Array(values.length * 2)
  longer.set(values)
  return longer
}

/** A distance and a count take five bytes each at most. */
const MOST_BYTES = 10

/** Where bytes are written before their number is known; small lists are many. */
let room = new Uint8Array(4_096)

/**
 * Bytes of postings: for each the distance from the row before, with its sign and "once" in the two lowest bits, then the count unless it is one; numbers
 * are seven bits a byte, lowest first. In order of rows most postings take one byte, but any order is kept. Rows stay below 2²⁸.
 */
export function encodePostings(
  rows: ArrayLike<number>,
  counts: ArrayLike<number>,
  size = rows.length,
): Uint8Array {
  if (room.length < size * MOST_BYTES) room = new Uint8Array(size * MOST_BYTES * 2)
  const bytes = room
  let [at, before] = [0, 0]
  for (let i = 0; i < size; i += 1) {
    const [row, count] = [rows[i] ?? 0, counts[i] ?? 0]
    const distance = row - before
    before = row
    at = write(bytes, at, (Math.abs(distance) << 2) | (distance < 0 ? 2 : 0) | (count === 1 ? 1 : 0))
    if (count !== 1) at = write(bytes, at, count)
  }
  return bytes.slice(0, at)
}

/** Answers where the next number goes. */
function write(bytes: Uint8Array, start: number, value: number): number {
  let [at, rest] = [start, value]
  for (; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128
  bytes[at] = rest
  return at + 1
}

/** Adds what the bytes say to `into`. */
export function decodePostings(bytes: Uint8Array, into: Postings) {
  let [at, row] = [0, 0]
  const read = () => {
    let byte = bytes[at++] ?? 0
    let value = byte & 127
    for (let shift = 7; byte > 127; shift += 7) {
      byte = bytes[at++] ?? 0
      value |= (byte & 127) << shift
    }
    return value
  }
  while (at < bytes.length) {
    const head = read()
    row += head & 2 ? -(head >>> 2) : head >>> 2
    pushPosting(into, row, head & 1 ? 1 : read())
  }
}
