export const HASH_START = 2_166_136_261

/** One character more (FNV-1a); unsigned. */
export const hashOn = (hash: number, character: number): number =>
  Math.imul(hash ^ character, 16_777_619) >>> 0

export function hashOf(text: string): number {
  let hash = HASH_START
  for (let index = 0; index < text.length; index += 1) hash = hashOn(hash, text.charCodeAt(index))
  return hash
}

/** Numbers from 0 to below 1 that look random and are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
