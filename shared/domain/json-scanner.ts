/**
 * A piece of a JSON text: characters of a string that is a value, one escape of such a string, or anything else (punctuation, numbers,
 * the names of properties, the quotation marks around all strings).
 */
export type JsonToken = { readonly kind: 'characters' | 'escape' | 'other'; readonly text: string }

const STRUCTURE = /["{}[\],:]|[^"{}[\],:]+/y
/** A backslash that begins no escape is a mistake, and still a character. */
const IN_STRING = /"|\\(?:u[\dA-Fa-f]{4}|[^u])|[^"\\]+|\\/y
const UNFINISHED_ESCAPE = /^\\(?:u[\dA-Fa-f]{0,3})?$/

/** Reads a JSON text as it comes, however it is cut; what is no JSON is read as well as it goes. */
export function jsonScanner() {
  const open: string[] = []
  let place: 'structure' | 'name' | 'value' = 'structure'
  let isNameNext = false
  let isClosed = false
  /** An escape that was cut. */
  let held = ''

  const readStructure = (token: string): JsonToken => {
    if (token === '"') place = isNameNext ? 'name' : 'value'
    if (token === '{' || token === '[') open.push(token)
    if (token === '}' || token === ']') {
      open.pop()
      isClosed = open.length === 0
    }
    if (token.trim() !== '') isNameNext = token === '{' || (token === ',' && open.at(-1) === '{')
    return { kind: 'other', text: token }
  }

  const readInString = (token: string): JsonToken => {
    if (token === '"') place = 'structure'
    if (token === '"' || place === 'name') return { kind: 'other', text: token }
    return { kind: token.length > 1 && token.startsWith('\\') ? 'escape' : 'characters', text: token }
  }

  return {
    /** What this piece adds, up to the end of the object or list that the text is; what comes behind that is not read. */
    push(delta: string): JsonToken[] {
      const input = held + delta
      const tokens: JsonToken[] = []
      held = ''
      for (let at = 0; at < input.length; ) {
        if (isClosed) break
        const isInString = place !== 'structure'
        const rest = isInString && input[at] === '\\' ? input.slice(at, at + 6) : ''
        if (UNFINISHED_ESCAPE.test(rest)) {
          held = rest
          break
        }
        const token = tokenAt(isInString ? IN_STRING : STRUCTURE, input, at)
        tokens.push(isInString ? readInString(token) : readStructure(token))
        at += token.length
      }
      return tokens
    },
    /** The escape that was cut; call once, at the end. */
    end(): JsonToken[] {
      return held === '' ? [] : [{ kind: place === 'name' ? 'other' : 'characters', text: held }]
    },
  }
}

function tokenAt(pattern: RegExp, input: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(input)?.[0] ?? input.slice(at)
}
