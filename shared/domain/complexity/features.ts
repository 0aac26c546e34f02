import { countOf, countWords, type Reading, read } from './reading.ts'

export type Feature = {
  readonly name: string
  /**
   * More of it never makes a larger model worth less, whatever the subject. Held to that, these features
   * transfer to questions of a kind that was not trained on; the others know their sets.
   */
  readonly rises: boolean
  readonly of: (reading: Reading) => number
}

const list = (words: string) => words.split(' ')

const QUANTITIES = list(
  'each every all both half twice double triple times per total more less fewer than percent remaining rest left average least most third quarter sum difference only any none some',
)
const CONDITIONS = list(
  'if then when unless suppose assume given let because since although however while after before until whether',
)
const NEGATIONS = list('not no never except without neither nor cannot false incorrect least')
const FUNCTION_WORDS = list(
  'the a an of to in is was are that it for on with as by at from be this his her he she they their has had have were and or but which',
)
const PRONOUNS = list('he she they his her their him them i you my your we our it its')
const QUESTION_WORDS = list(
  'why how what which who when where explain compare describe discuss prove derive calculate find determine evaluate',
)
const LETTERS_UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const DIGITS = '0123456789'
const PUNCTUATION = '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'
const OPERATORS = '+-*/=<>^%'

const log = Math.log1p
const perWord = (count: number, { words }: Reading) => count / Math.max(words.length, 1)
const perCharacter = (count: number, { text }: Reading) => count / Math.max(text.length, 1)
const mean = (values: readonly number[]) =>
  values.reduce((sum, value) => sum + value, 0) / (values.length || 1)
const longerThan = (letters: number) => (reading: Reading) =>
  perWord(reading.words.filter((word) => word.length > letters).length, reading)
const sentences = ({ text }: Reading) => text.match(/[.!?](?=\s|$)/g)?.length ?? 0
const names = ({ text }: Reading) => text.match(/(?<=[a-z,] )[A-Z][a-z]+/g)?.length ?? 0

/** A value above this says nothing more. */
const LARGE_NUMBER = 1e9
function largestNumber({ numbers }: Reading): number {
  let largest = 0
  for (const number of numbers) {
    const value = Number(number.replaceAll(',', ''))
    if (value > largest) largest = Math.min(value, LARGE_NUMBER)
  }
  return largest
}

function optionSpread({ options }: Reading): number {
  const lengths = options.map((option) => option.length)
  const middle = mean(lengths)
  return Math.sqrt(mean(lengths.map((length) => (length - middle) ** 2)))
}

/** An option that is a number with at most a unit. */
const isNumeric = (option: string) => /^(?=.*\d)[\s\w.,$%/+-]{0,14}$/.test(option)

const RISING: readonly Omit<Feature, 'rises'>[] = [
  { name: 'length', of: ({ length }) => log(length) },
  { name: 'words', of: ({ words }) => log(words.length) },
  { name: 'sentences', of: sentences },
  { name: 'clauses', of: (reading) => log(countOf(reading, ',;')) },
  { name: 'quantities', of: (reading) => countWords(reading, QUANTITIES) },
  { name: 'conditions', of: (reading) => countWords(reading, CONDITIONS) },
  { name: 'negations', of: (reading) => countWords(reading, NEGATIONS) },
  { name: 'and, or', of: (reading) => countWords(reading, ['and', 'or']) },
  { name: 'pronouns', of: (reading) => perWord(countWords(reading, PRONOUNS), reading) },
  { name: 'which', of: (reading) => countWords(reading, ['which']) },
  { name: 'names', of: (reading) => log(names(reading)) },
  { name: 'largest number', of: (reading) => log(largestNumber(reading)) },
  { name: 'distinct numbers', of: ({ numbers }) => new Set(numbers).size },
  { name: 'operators', of: (reading) => log(countOf(reading, OPERATORS)) },
  { name: 'slashes', of: (reading) => countOf(reading, '/') },
]

const FREE: readonly Omit<Feature, 'rises'>[] = [
  { name: 'sentence length', of: (reading) => reading.text.length / (sentences(reading) + 1) },
  { name: 'numbers', of: ({ numbers }) => log(numbers.length) },
  { name: 'decimals', of: ({ numbers }) => numbers.filter((number) => number.includes('.')).length },
  { name: 'share of digits', of: (reading) => perCharacter(countOf(reading, DIGITS), reading) },
  { name: 'share of operators', of: (reading) => perCharacter(countOf(reading, OPERATORS), reading) },
  { name: 'share of brackets', of: (reading) => perCharacter(countOf(reading, '()[]{}'), reading) },
  { name: 'share of punctuation', of: (reading) => perCharacter(countOf(reading, PUNCTUATION), reading) },
  { name: 'share of capitals', of: (reading) => perCharacter(countOf(reading, LETTERS_UPPER), reading) },
  { name: 'clauses per sentence', of: (reading) => countOf(reading, ',;') / Math.max(sentences(reading), 1) },
  { name: 'lines', of: (reading) => countOf(reading, '\n') },
  { name: 'money', of: (reading) => countOf(reading, '$') },
  { name: 'percent', of: (reading) => countOf(reading, '%') + countWords(reading, ['percent']) },
  { name: 'code marks', of: (reading) => countOf(reading, '\\_`') },
  { name: 'word length', of: (reading) => mean(reading.words.map((word) => word.length)) },
  { name: 'long words', of: longerThan(7) },
  { name: 'very long words', of: longerThan(10) },
  {
    name: 'longest word',
    of: ({ words }) => words.reduce((longest, { length }) => Math.max(longest, length), 0),
  },
  { name: 'distinct words', of: (reading) => perWord(reading.wordCounts.size, reading) },
  { name: 'share of names', of: (reading) => perWord(names(reading), reading) },
  { name: 'function words', of: (reading) => perWord(countWords(reading, FUNCTION_WORDS), reading) },
  { name: 'question marks', of: (reading) => countOf(reading, '?') },
  { name: 'ends in a question mark', of: ({ stem }) => Number(stem.trimEnd().endsWith('?')) },
  { name: 'gap to fill', of: ({ text }) => Number(text.includes('___')) },
  { name: '"following"', of: (reading) => countWords(reading, ['following']) },
  { name: '"statement"', of: (reading) => countWords(reading, ['statement', 'statements']) },
  { name: 'options', of: ({ options }) => options.length },
  { name: 'option length', of: ({ options }) => mean(options.map((option) => option.length)) },
  { name: 'option spread', of: optionSpread },
  { name: 'numeric options', of: ({ options }) => options.filter(isNumeric).length },
  { name: 'stem length', of: ({ stem }) => log(stem.length) },
  { name: 'share of stem', of: (reading) => perCharacter(reading.stem.length, reading) },
  ...QUESTION_WORDS.filter((word) => word !== 'which').map((word) => ({
    name: `"${word}"`,
    of: (reading: Reading) => countWords(reading, [word]),
  })),
]

/** In the order that the weights number them. */
export const FEATURES: readonly Feature[] = [
  ...RISING.map((feature) => ({ ...feature, rises: true })),
  ...FREE.map((feature) => ({ ...feature, rises: false })),
]

/** One value per entry of FEATURES. */
export function featuresOf(question: string): Float64Array {
  const reading = read(question)
  return Float64Array.from(FEATURES, ({ of }) => of(reading))
}
