/** Sources as far as they name the text of a prompt. */
type Named = { readonly documentId: string; readonly version: number; readonly start: number }

/**
 * Names what prompts that share a beginning have in common: the instructions and the passages, in one order whatever order they were found in.
 * A server that has read the same beginning answers sooner, if the prompt shows the passages in this order too.
 */
export function prefixKey(instructions: string, sources: readonly Named[]): string {
  const named = canonicalOrder(sources).map(({ documentId, version, start }) => [documentId, version, start])
  return `${shown(instructions)}.${shown(JSON.stringify(named))}`
}

/** By document, version and position: the order in which two questions over the same passages show them alike. */
export function canonicalOrder<T extends Named>(sources: readonly T[]): T[] {
  return sources.toSorted(
    (a, b) => compare(a.documentId, b.documentId) || a.version - b.version || a.start - b.start,
  )
}

const shown = (text: string) => (hashText(text) >>> 0).toString(36)

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** FNV-1a and a final mix, a signed 32-bit integer. Not for secrets. */
export function hashText(value: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < value.length; index += 1)
    hash = Math.imul(hash ^ value.charCodeAt(index), 0x01000193)
  return mix(hash)
}

/** A uniform number, 0 < u < 1, that belongs to these two hashes: the same pair always gets the same. */
export const uniform = (a: number, b: number): number =>
  ((mix(a ^ Math.imul(b, 0x9e3779b1)) >>> 0) + 0.5) / 2 ** 32

/** MurmurHash3's finaliser: every bit of the input moves every bit of the output. */
function mix(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
