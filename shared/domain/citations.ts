export type Citation = { readonly number: number; readonly start: number; readonly end: number }
/** A piece of the answer that may be shown, and the citations in it; spans count from the answer's beginning. */
export type CitedText = { readonly text: string; readonly citations: readonly Citation[] }

/** What is read of an answer while it streams, and at its end what was held back; whichever format it has. */
export type AnswerFilter = {
  readonly push: (delta: string) => CitedText
  /** Call once, at the end. */
  readonly end: () => CitedText
  /** How many citations of sources that were not given have been taken out. */
  readonly removed: () => number
}

/** A run of backticks, a marker such as `[3]` or `[1, 4]` (a year or a link's text is none), or anything else. */
const TOKENS = /(`+)|\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\](?!\()|[^`[]+|\[/g
/** What could still become a marker, or a longer run of backticks, once more text arrives. */
const UNDECIDED = /(?:\s*\[(?:[\d,\s]{0,40}\]?)?|\s+|`+)$/
/** The last word before a bracket, and how names in programs differ from words: short, with `_`, with digits or capitals inside. */
const LAST_WORD = /[\p{L}\p{M}\p{N}_]+$/u
const NAME = /^\p{L}{1,2}$|_|\p{L}\p{N}|\p{N}\p{L}|\p{Ll}\p{Lu}/u
/** Longer names are cut, which changes nothing in what tells them. */
const NAME_CHARS = 64

/**
 * Checks an answer while it streams: citations of sources 1..`sourceCount` pass, others are taken out before anyone reads them, behind a
 * blank or right behind a word ("years[9]"). Code (between backticks) is left alone, and so is a number behind what can only be a name in
 * a program ("a[12]", "row_ids[3]", "maxItems[9]"), unless its source was given. At most one unfinished marker is held back.
 */
export function citationFilter(sourceCount: number) {
  let held = ''
  let length = 0
  let removed = 0
  /** The run of backticks that closes the code being read; null outside of code. */
  let fence: string | null = null
  /** One marker behind another stands where the first does. */
  const names = nameTracker()

  /** A marker as it is shown, and what of it cites. */
  const shownMarker = (marker: string, list: string) => {
    const numbers = list.split(',').map(Number)
    const given = numbers.filter((number) => number >= 1 && number <= sourceCount)
    if (names.isBehind() || given.length === numbers.length) return { shown: marker, given }
    removed += numbers.length - given.length
    return { shown: given.map((number) => `[${number}]`).join(''), given }
  }

  const read = (input: string): CitedText => {
    let text = ''
    const citations: Citation[] = []
    for (const [token, ticks, list] of input.matchAll(TOKENS)) {
      if (ticks !== undefined) fence = nextFence(fence, ticks)
      if (list === undefined || fence !== null) {
        text += token
        names.pass(token)
        continue
      }
      const { shown, given } = shownMarker(token, list)
      // A marker that goes takes the blank before it along.
      if (shown === '') text = text.trimEnd()
      const start = length + text.length
      citations.push(...given.map((number) => ({ number, start, end: start + shown.length })))
      text += shown
    }
    length += text.length
    return { text, citations }
  }

  const end = (): CitedText => {
    const input = held
    held = ''
    return read(input)
  }

  return {
    push(delta: string): CitedText {
      const input = held + delta
      held = UNDECIDED.exec(input)?.[0] ?? ''
      return read(input.slice(0, input.length - held.length))
    },
    /** What was held back. */
    end,
    /** Text that holds no marker whatever it looks like, behind what was held back; it is read as what it `means`. */
    pass(text: string, means = text): CitedText {
      const heldBack = end()
      length += text.length
      names.pass(means)
      return { text: heldBack.text + text, citations: heldBack.citations }
    },
    /** Text of its own begins: code that was not closed has ended. */
    restart() {
      fence = null
      names.pass('\n')
    },
    removed: () => removed,
  }
}

/** Whether a bracket would stand right behind a name of a program. */
function nameTracker() {
  let before = ''
  let isBehind = false
  return {
    isBehind: () => isBehind,
    pass(text: string) {
      before = (before + text).slice(-NAME_CHARS)
      isBehind = NAME.test(LAST_WORD.exec(before)?.[0] ?? '')
    },
  }
}

/** Markdown: code ends with a run of exactly as many backticks as it began with. */
function nextFence(fence: string | null, run: string): string | null {
  if (fence === null) return run
  return fence === run ? null : fence
}
