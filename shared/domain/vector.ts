/** A vector as it is stored: `value[i] ≈ bytes[i] · scale`, bytes in -127..127. */
export type QuantisedVector = { readonly bytes: Int8Array; readonly scale: number }

/** One scale per vector; the error of a cosine over 256 dimensions stays below a thousandth. */
export function quantise(vector: Float32Array): QuantisedVector {
  let largest = 0
  for (const value of vector) largest = Math.max(largest, Math.abs(value))
  const scale = largest / 127
  const bytes = new Int8Array(vector.length)
  if (scale > 0) for (const [i, value] of vector.entries()) bytes[i] = Math.round(value / scale)
  return { bytes, scale }
}

export function restore({ bytes, scale }: QuantisedVector): Float32Array {
  return Float32Array.from(bytes, (byte) => byte * scale)
}

/** The vector at length one; zeros stay zeros, which means "no direction". */
export function unit(vector: Float32Array): Float32Array {
  const norm = Math.hypot(...vector)
  return norm === 0 ? vector : vector.map((value) => value / norm)
}

export const isZero = (vector: Float32Array) => vector.every((value) => value === 0)

/** A vector whose square from the mean is smaller has no direction from there, only rounding errors. */
const LEAST_SQUARE = 1e-10

/** How far a vector is from the mean, by its square; zero means "no direction". */
export const distanceFromMean = (square: number) => (square > LEAST_SQUARE ? Math.sqrt(square) : 0)

/** Where the vector points from the mean; one without a direction stays so, and one that is the mean has none. */
export function centred(vector: Float32Array, mean: Float32Array): Float32Array {
  if (isZero(vector)) return vector
  const away = subtract(vector, mean)
  return distanceFromMean(dot(away, away)) > 0 ? unit(away) : new Float32Array(away.length)
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let i = 0; i < b.length; i += 1) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}

function subtract(a: Float32Array, b: Float32Array): Float32Array {
  return a.map((value, i) => value - (b[i] ?? 0))
}
