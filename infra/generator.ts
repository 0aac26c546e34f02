/** Something that `npm run gen` writes from a source of truth. */
export type Generator = {
  /** What it writes, as a reader of a message knows it. */
  readonly name: string
  /** Whether it could; a wrong source is an Error that names its place. */
  readonly write: () => boolean
  readonly isUpToDate: () => boolean
}
