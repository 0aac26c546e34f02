import { HASH_START, hashOn } from './seeded.ts'
import { type ChatBody, textOf } from './shapes.ts'

/** vLLM caches whole blocks of 16 tokens; with four characters to a token a block is this long. */
const BLOCK_TOKENS = 16
const BLOCK_CHARACTERS = 4 * BLOCK_TOKENS

/** A hash for each whole block of the prompt, of everything up to its end. */
export function prefixBlocks(messages: ChatBody['messages'] = []): number[] {
  const text = messages.map(({ role, content }) => `<${role}>${textOf(content)}`).join('')
  const blocks: number[] = []
  let hash = HASH_START
  for (let index = 0; index < text.length; index += 1) {
    hash = hashOn(hash, text.charCodeAt(index))
    if ((index + 1) % BLOCK_CHARACTERS === 0) blocks.push(hash)
  }
  return blocks
}

/** Prompts' beginnings that were read lately. Returns how many tokens of this one are known, and remembers it; what was not used for longest is forgotten. */
export function createPrefixCache(capacityTokens: number): (blocks: readonly number[]) => number {
  const known = new Set<number>()
  return (blocks) => {
    const firstNew = blocks.findIndex((block) => !known.has(block))
    for (const block of blocks) {
      known.delete(block)
      known.add(block)
    }
    for (const block of known) {
      if (known.size * BLOCK_TOKENS <= capacityTokens) break
      known.delete(block)
    }
    return (firstNew === -1 ? blocks.length : firstNew) * BLOCK_TOKENS
  }
}
