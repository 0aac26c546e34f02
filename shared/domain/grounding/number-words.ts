import type { Span } from '../document.ts'
import { foreignNumberWords } from './foreign-numbers.ts'

const SMALL =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'
const VALUES = new Map<string, number>([
  ...SMALL.split(' ').map((word, value): [string, number] => [word, value]),
  ...'twenty thirty forty fifty sixty seventy eighty ninety'
    .split(' ')
    .map((word, i): [string, number] => [word, 20 + 10 * i]),
  ['dozen', 12],
])
const SCALES = new Map([
  ['hundred', 100],
  ['thousand', 1e3],
  ['million', 1e6],
  ['billion', 1e9],
  ['trillion', 1e12],
])
const WORD = [...VALUES.keys(), ...SCALES.keys()].join('|')
const RUN = new RegExp(
  String.raw`(?<![\p{L}\d])(?:(?:an?\s+)(?=dozen|hundred|thousand|million|billion))?(?:${WORD})(?:(?:[\s-]+|\s+and\s+)(?:${WORD}))*(?!\p{L})`,
  'giu',
)
/** "No one", "one of them", "2 million": a pronoun, or the scale of a number in figures. */
const BEHIND_FIGURES = /\d[\d.,]*[\s-]$/

/** Numbers written in English words, or in those of the text's language; "one" alone is a pronoun as often as a number and is left out. */
export function numberWords(text: string, language: string | null = null): (Span & { value: number })[] {
  const foreign = foreignNumberWords(text, language)
  const english = [...text.matchAll(RUN)].flatMap(({ index, 0: run }) => {
    const parts = run.toLowerCase().match(/[a-z]+/g) ?? []
    const isPronoun = parts.length === 1 && parts[0] === 'one'
    if (isPronoun || BEHIND_FIGURES.test(text.slice(Math.max(0, index - 12), index))) return []
    return [{ start: index, end: index + run.length, value: valueOf(parts) }]
  })
  return [...english, ...foreign.filter(({ start }) => !english.some((span) => span.start === start))]
}

function valueOf(parts: readonly string[]): number {
  let total = 0
  let group = 0
  for (const part of parts) {
    const scale = SCALES.get(part)
    if (scale === undefined)
      group = part === 'dozen' ? Math.max(1, group) * 12 : group + (VALUES.get(part) ?? 0)
    else if (scale === 100) group = Math.max(1, group) * 100
    else {
      total += Math.max(1, group) * scale
      group = 0
    }
  }
  return total + group
}

const ORDINALS = 'first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth'.split(
  ' ',
)
const ORDINAL = new RegExp(String.raw`(?<!\p{L})(?:${ORDINALS.join('|')})(?!\p{L})`, 'giu')

/** Values of ordinals in words, up to the twelfth. */
export function ordinalWords(text: string): number[] {
  return [...text.matchAll(ORDINAL)].map(([word]) => ORDINALS.indexOf(word.toLowerCase()) + 1)
}
