/** What one pass over a question finds; every feature is computed from this. */
export type Reading = {
  /** UTF-16 units of the whole question, also of what is beyond the part that is read. */
  readonly length: number
  /** The part that is read: no later word changes what kind of question it is. */
  readonly text: string
  /** Lower case, in order. */
  readonly words: readonly string[]
  readonly wordCounts: ReadonlyMap<string, number>
  /** As written: "1,250", "0.5". */
  readonly numbers: readonly string[]
  /** How often each ASCII character occurs, by its code. */
  readonly characters: Uint16Array
  /** The texts of a multiple-choice question's options. */
  readonly options: readonly string[]
  /** The question without its options. */
  readonly stem: string
}

/** UTF-16 units. Longer than 99.9 % of the questions that the classifier was trained on, and read in a fraction of a millisecond. */
const READ_LENGTH = 6_000

export function read(question: string): Reading {
  const text = question.slice(0, READ_LENGTH)
  const words = text.toLowerCase().match(/\p{L}+(?:['’]\p{L}+)?/gu) ?? []
  const wordCounts = new Map<string, number>()
  for (const word of words) wordCounts.set(word, (wordCounts.get(word) ?? 0) + 1)
  const options = [...text.matchAll(/^[A-E][.)] ?(.*)$/gm)]
  return {
    length: question.length,
    text,
    words,
    wordCounts,
    numbers: text.match(/\d+(?:[.,]\d+)*/g) ?? [],
    characters: countCharacters(text),
    options: options.map(([, option]) => option ?? ''),
    stem: text.slice(0, options[0]?.index),
  }
}

function countCharacters(text: string): Uint16Array {
  const counts = new Uint16Array(128)
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i)
    if (code < 128) counts[code] = (counts[code] ?? 0) + 1
  }
  return counts
}

/** How often any of the given ASCII characters occurs. */
export function countOf({ characters }: Reading, wanted: string): number {
  let count = 0
  for (let i = 0; i < wanted.length; i += 1) count += characters[wanted.charCodeAt(i)] ?? 0
  return count
}

/** How often any of the given words occurs. */
export function countWords({ wordCounts }: Reading, wanted: readonly string[]): number {
  let count = 0
  for (const word of wanted) count += wordCounts.get(word) ?? 0
  return count
}
