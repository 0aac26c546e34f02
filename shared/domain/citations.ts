export type Citation = { readonly number: number; readonly start: number; readonly end: number }
/** A piece of the answer that may be shown, and the citations in it; spans count from the answer's beginning. */
export type CitedText = { readonly text: string; readonly citations: readonly Citation[] }

/** A run of backticks, a marker such as `[3]` or `[1, 4]` (a year or a link's text is none), or anything else. */
const TOKENS = /(`+)|\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\](?!\()|[^`[]+|\[/g
/** What could still become a marker, or a longer run of backticks, once more text arrives. */
const UNDECIDED = /(?:\s*\[(?:[\d,\s]{0,40}\]?)?|\s+|`+)$/

/**
 * Checks an answer while it streams: citations of sources 1..`sourceCount` pass, others are taken out before anyone reads them.
 * Code (between backticks) is left alone. At most one unfinished marker is held back.
 */
export function citationFilter(sourceCount: number) {
  let held = ''
  let length = 0
  let removed = 0
  /** The run of backticks that closes the code being read; null outside of code. */
  let fence: string | null = null

  const read = (input: string): CitedText => {
    let text = ''
    const citations: Citation[] = []
    for (const [token, ticks, list] of input.matchAll(TOKENS)) {
      if (ticks !== undefined) fence = nextFence(fence, ticks)
      if (list === undefined || fence !== null) {
        text += token
        continue
      }
      const numbers = list.split(',').map(Number)
      const given = numbers.filter((number) => number >= 1 && number <= sourceCount)
      removed += numbers.length - given.length
      // A marker that goes takes the blank before it along.
      if (given.length === 0) text = text.trimEnd()
      const shown = given.length === numbers.length ? token : given.map((number) => `[${number}]`).join('')
      const start = length + text.length
      citations.push(...given.map((number) => ({ number, start, end: start + shown.length })))
      text += shown
    }
    length += text.length
    return { text, citations }
  }

  return {
    push(delta: string): CitedText {
      const input = held + delta
      held = UNDECIDED.exec(input)?.[0] ?? ''
      return read(input.slice(0, input.length - held.length))
    },
    /** What was held back; call once, at the end. */
    end(): CitedText {
      const input = held
      held = ''
      return read(input)
    },
    /** How many citations of sources that were not given have been taken out. */
    removed: () => removed,
  }
}

/** Markdown: code ends with a run of exactly as many backticks as it began with. */
function nextFence(fence: string | null, run: string): string | null {
  if (fence === null) return run
  return fence === run ? null : fence
}
