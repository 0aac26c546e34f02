/** Longer headings are cut in the path only, because every chunk below repeats it. */
const MAX_HEADING_CHARACTERS = 200

export type Outline = {
  /** The texts of the headings that hold here, outermost first. */
  readonly path: readonly string[]
  /** Passes a heading of this level, 1..6; what it closes leaves the path. */
  enter(level: number, text: string): void
}

/** Follows the headings of a document from top to bottom. */
export function outline(): Outline {
  let open: readonly { level: number; text: string }[] = []
  let path: readonly string[] = []
  return {
    get path() {
      return path
    },
    enter(level, text) {
      open = [...open.filter((above) => above.level < level), { level, text: shortHeading(text) }]
      path = open.map((heading) => heading.text)
    },
  }
}

/** Cut to the length that is bearable in front of every chunk. */
export function shortHeading(text: string): string {
  return text.length <= MAX_HEADING_CHARACTERS
    ? text
    : `${text.slice(0, MAX_HEADING_CHARACTERS).replace(/[\uD800-\uDBFF]$/, '')}…`
}
