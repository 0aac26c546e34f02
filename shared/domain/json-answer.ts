import { type AnswerFilter, type CitedText, citationFilter } from './citations.ts'
import { claimReader } from './grounding/claim-reader.ts'
import { type CheckedClaim, claimOf, sentencesOfAnswer } from './grounding/claims.ts'
import { type Evidence, readEvidence } from './grounding/reading.ts'
import { type JsonToken, jsonScanner } from './json-scanner.ts'
import type { Source } from './passage.ts'

const FENCE_START = /^\s*(?:`{3,}[\w-]*\s*)?/
const FENCE_END = /\s*`{3,}\s*$/
/** A list from its first item that is more than a number: until then it could be a citation that begins a sentence. */
const LIST_START = /^\[[\d,.\seE+]*(?:[{["-]|(?:true|false|null)\s*[,\]])/
const OBJECT_START = /\{\s*["}]/
const CLOSED_LIST = /^\[[^\]]*\]/

/** Where in what a model wrote its JSON begins; null where it has not yet begun. Models put fences and politeness before it. */
function beginningOf(text: string): number | null {
  const start = FENCE_START.exec(text)?.[0].length ?? 0
  const written = text.slice(start)
  if (LIST_START.test(written)) return start
  const passed = written.startsWith('[') ? (CLOSED_LIST.exec(written)?.[0].length ?? written.length) : 0
  const found = OBJECT_START.exec(written.slice(passed))
  return found && start + passed + found.index
}

/**
 * Checks an answer in JSON while it streams. What stands around the object or list (a Markdown fence, politeness) is left out. Nothing in
 * it is a citation but in strings that are values; there `citationFilter` decides, so that what is taken out leaves JSON with the
 * same data. An answer that turns out to be no JSON is held back to its end and then read as prose.
 */
export function jsonAnswerFilter(sourceCount: number): AnswerFilter {
  const filter = citationFilter(sourceCount)
  const scanner = jsonScanner()
  /** What came before the JSON; null once that has begun. */
  let head: string | null = ''

  const readToken = ({ kind, text }: JsonToken): CitedText => {
    if (kind === 'characters') return filter.push(text)
    if (kind === 'escape') return filter.pass(text, decoded(text))
    const shown = filter.pass(text)
    filter.restart()
    return shown
  }

  return {
    push(delta) {
      if (head === null) return joined(scanner.push(delta).map(readToken))
      head += delta
      const start = beginningOf(head)
      if (start === null) return joined([])
      const begun = head.slice(start)
      head = null
      return joined(scanner.push(begun).map(readToken))
    },
    end() {
      const written = head === null ? null : unfenced(head)
      if (head !== null && written === null) return joined([filter.push(head), filter.end()])
      const tokens = [...scanner.push(written ?? ''), ...scanner.end()]
      return joined([...tokens.map(readToken), filter.end()])
    },
    removed: filter.removed,
  }
}

const joined = (pieces: readonly CitedText[]): CitedText => ({
  text: pieces.map(({ text }) => text).join(''),
  citations: pieces.flatMap(({ citations }) => citations),
})

/** JSON that is neither an object nor a list that one sees at once, without the fence around it; null when it is no JSON. */
function unfenced(text: string): string | null {
  const written = text.replace(FENCE_START, '').replace(FENCE_END, '').trim()
  return isJson(written) ? written : null
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** What an escape stands for; itself where JSON knows no such escape. */
function decoded(escape: string): string {
  try {
    return String(JSON.parse(`"${escape}"`))
  } catch {
    return escape
  }
}

/**
 * `claimReader` for an answer as `jsonAnswerFilter` shows it: the sentences are those of the strings that are values, told as soon as their
 * string is complete, and spans count in the JSON as it stands. Numbers and the like outside of strings cite nothing and are no claims.
 */
export function jsonClaimReader(sources: readonly Source[]): ReturnType<typeof claimReader> {
  let reader: ReturnType<typeof claimReader> | null = null
  return {
    push(delta) {
      // Its first piece tells what the answer is: where that is not seen at once, the filter showed all of it in one piece.
      reader ??= beginningOf(delta) === 0 || isJson(delta) ? valueReader(sources) : claimReader(sources)
      return reader.push(delta)
    },
    end: () => reader?.end() ?? [],
  }
}

function valueReader(sources: readonly Source[]): ReturnType<typeof claimReader> {
  const evidence = readEvidence(sources)
  const scanner = jsonScanner()
  let length = 0
  let value: Value = { text: '', offsets: [] }

  const readToken = ({ kind, text }: JsonToken): CheckedClaim[] => {
    const start = length
    length += text.length
    if (kind !== 'other') value = extended(value, kind === 'escape' ? decoded(text) : text, start, length)
    return kind === 'other' ? complete(start) : []
  }

  const complete = (end: number): CheckedClaim[] => {
    const claims = claimsOf(value, end, evidence)
    value = { text: '', offsets: [] }
    return claims
  }

  return {
    push: (delta) => scanner.push(delta).flatMap(readToken),
    end: () => [...scanner.end().flatMap(readToken), ...complete(length)],
  }
}

/** What a string stands for, and where in the answer each of its characters is. */
type Value = { readonly text: string; readonly offsets: readonly number[] }

function extended({ text, offsets }: Value, added: string, start: number, end: number): Value {
  const isEscape = end - start !== added.length
  const more = Array.from({ length: added.length }, (_, i) => start + (isEscape ? 0 : i))
  return { text: text + added, offsets: [...offsets, ...more] }
}

function claimsOf({ text, offsets }: Value, stringEnd: number, evidence: Evidence): CheckedClaim[] {
  const at = (index: number) => offsets[index] ?? stringEnd
  return sentencesOfAnswer(text).map((sentence) => {
    const claim = claimOf(sentence, evidence)
    return { ...claim, start: at(claim.start), end: at(claim.end) }
  })
}
