import type { Span } from '../document.ts'

type Counting = {
  /** From zero, without one, which is an article as often as a number. */
  readonly small: string
  /** From twenty. */
  readonly tens: string
  readonly hundred: string
  readonly thousand: string
  /** Where "einundzwanzig" and "zweihundert" are one word: what one is in it, and what joins it to the tens. */
  readonly joins?: { readonly one: string; readonly by: readonly string[] }
}

const COUNTING: Readonly<Record<string, Counting>> = {
  de: {
    small:
      'null - zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn achtzehn neunzehn',
    tens: 'zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig',
    hundred: 'hundert',
    thousand: 'tausend',
    joins: { one: 'ein', by: ['und'] },
  },
  nl: {
    small:
      'nul - twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien',
    tens: 'twintig dertig veertig vijftig zestig zeventig tachtig negentig',
    hundred: 'honderd',
    thousand: 'duizend',
    joins: { one: 'een', by: ['en', 'ën'] },
  },
  fr: {
    small: 'zéro - deux trois quatre cinq six sept huit - dix onze douze treize quatorze quinze seize',
    tens: 'vingt trente quarante cinquante soixante',
    hundred: 'cent',
    thousand: 'mille',
  },
  es: {
    small:
      'cero - dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis diecisiete dieciocho diecinueve',
    tens: 'veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa',
    hundred: 'cien',
    thousand: 'mil',
  },
}

const NUMBERS = new Map(
  Object.entries(COUNTING).map(([language, counting]) => [language, valuesOf(counting)]),
)

type Valued = readonly (readonly [word: string, value: number])[]

function valuesOf({ small, tens, hundred, thousand, joins }: Counting): ReadonlyMap<string, number> {
  const low: Valued = small.split(' ').map((word, value) => [word, value] as const)
  const round: Valued = tens.split(' ').map((word, i) => [word, 20 + 10 * i] as const)
  const powers: Valued = [
    [hundred, 100],
    [thousand, 1_000],
  ]
  const units: Valued = joins ? [[joins.one, 1], ...low.slice(2, 10)] : []
  const joined = units.flatMap(([unit, value]) => [
    ...round.flatMap(([ten, more]) =>
      (joins?.by ?? []).map((by) => [`${unit}${by}${ten}`, value + more] as const),
    ),
    ...powers.map(([power, times]) => [`${unit}${power}`, value * times] as const),
  ])
  return new Map([...low.filter(([word]) => word !== '-'), ...round, ...powers, ...joined])
}

/** A word alone, not a part of a longer number. */
const PART = /\d[\d.,]*\s$/

/** Numbers of one word in German, Dutch, French or Spanish; of several words, as in "deux mille", none is read. */
export function foreignNumberWords(text: string, language: string | null): (Span & { value: number })[] {
  const values = NUMBERS.get(language ?? '')
  if (!values) return []
  const found = [...text.matchAll(/\p{L}+/gu)].flatMap(({ index, 0: word }) => {
    const value = values.get(word.toLowerCase())
    const isPart = PART.test(text.slice(Math.max(0, index - 12), index))
    return value === undefined || isPart ? [] : [{ start: index, end: index + word.length, value }]
  })
  return found.filter(
    ({ start, end }) =>
      !found.some((other) => isNextTo(text, other.end, start) || isNextTo(text, end, other.start)),
  )
}

const isNextTo = (text: string, end: number, start: number) =>
  end < start && /^(?:[ -]|-et-| et | y )$/.test(text.slice(end, start))
