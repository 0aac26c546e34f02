type Unit = { readonly kind: string; readonly factor: number }

/** One line per kind: its name, then each factor with the ways to write it. Ambiguous ones ("pounds", "in") are left out. */
const KINDS: readonly (readonly [
  kind: string,
  ...units: readonly (readonly [factor: number, names: string])[],
])[] = [
  ['percent', [1, '% percent percentage pct prozent']],
  ['usd', [1, '$ dollar dollars usd'], [0.01, 'cent cents']],
  ['eur', [1, '€ euro euros eur']],
  ['gbp', [1, '£ gbp']],
  ['jpy', [1, '¥ yen jpy']],
  ['inr', [1, '₹ rupee rupees inr']],
  [
    'time',
    [0.001, 'ms millisecond milliseconds'],
    [1, 's sec secs second seconds sekunde sekunden'],
    [60, 'min mins minute minutes minuten'],
    [3_600, 'h hr hrs hour hours stunde stunden'],
    [86_400, 'day days tag tage tagen'],
    [604_800, 'week weeks woche wochen'],
  ],
  [
    'months',
    [1, 'month months monat monate monaten'],
    [12, 'year years yr yrs jahr jahre jahren'],
    [120, 'decade decades'],
  ],
  [
    'length',
    [0.001, 'mm millimetre millimetres millimeter millimeters'],
    [0.01, 'cm centimetre centimetres centimeter centimeters'],
    [1, 'm metre metres meter meters'],
    [1_000, 'km kilometre kilometres kilometer kilometers'],
    [0.0254, 'inch inches'],
    [0.3048, 'ft foot feet'],
    [0.9144, 'yd yard yards'],
    [1_609.344, 'mi mile miles'],
  ],
  [
    'mass',
    [0.001, 'g gram grams'],
    [1, 'kg kilogram kilograms'],
    [1_000, 'tonne tonnes'],
    [0.453_592_37, 'lb lbs'],
    [0.028_349_523, 'oz ounce ounces'],
  ],
  [
    'bytes',
    [1, 'byte bytes'],
    [1e3, 'kb kilobyte kilobytes'],
    [1e6, 'mb megabyte megabytes'],
    [1e9, 'gb gigabyte gigabytes'],
    [1e12, 'tb terabyte terabytes'],
    [2 ** 10, 'kib'],
    [2 ** 20, 'mib'],
    [2 ** 30, 'gib'],
    [2 ** 40, 'tib'],
  ],
  ['celsius', [1, '°c celsius']],
  ['fahrenheit', [1, '°f fahrenheit']],
]

const UNITS = new Map<string, Unit>(
  KINDS.flatMap(([kind, ...units]) =>
    units.flatMap(([factor, names]) =>
      names.split(' ').map((name): [string, Unit] => [name, { kind, factor }]),
    ),
  ),
)

/** What a word or sign behind (or before) a number measures; undefined when it is no unit. */
export function unitOf(name: string): Unit | undefined {
  return UNITS.get(name.toLowerCase())
}
