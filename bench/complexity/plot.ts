/** A line chart as SVG text: no script, no font of its own, readable on light and dark pages. */
export type Chart = {
  readonly title: string
  readonly x: Axis
  readonly y: Axis
  readonly series: readonly Series[]
}
type Axis = { readonly label: string; readonly from: number; readonly to: number; readonly step: number }
type Point = readonly [x: number, y: number]
type Series = {
  readonly name: string
  readonly points: readonly Point[]
  readonly color: string
  /** Dots instead of a line; a name at each, where given. */
  readonly dots?: readonly string[]
  readonly isDashed?: boolean
}

const [WIDTH, HEIGHT] = [640, 400]
const AREA = { left: 60, right: 470, top: 40, bottom: 350 }

export function chart({ title, x, y, series }: Chart): string {
  const toX = scale(x, AREA.left, AREA.right)
  const toY = scale(y, AREA.bottom, AREA.top)
  const place = ([a, b]: Point): Point => [toX(a), toY(b)]
  const lines = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" role="img">`,
    `<title>${escape(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(title, AREA.left, 22, 'font-size="14" font-weight="bold"'),
    ...ticks(x).map((value) => {
      const at = toX(value)
      return `<path d="M${at} ${AREA.top}V${AREA.bottom}" stroke="#e5e5e5"/>${text(String(value), at, AREA.bottom + 16, 'text-anchor="middle"')}`
    }),
    ...ticks(y).map((value) => {
      const at = toY(value)
      return `<path d="M${AREA.left} ${at}H${AREA.right}" stroke="#e5e5e5"/>${text(String(value), AREA.left - 6, at + 4, 'text-anchor="end"')}`
    }),
    text(x.label, (AREA.left + AREA.right) / 2, AREA.bottom + 36, 'text-anchor="middle"'),
    text(y.label, 16, 200, 'text-anchor="middle" transform="rotate(-90 16 200)"'),
    ...series.map((one, index) => draw(one, index, place)),
    '</svg>',
  ]
  return `${lines.join('\n')}\n`
}

function draw(
  { name, points, color, dots, isDashed }: Series,
  index: number,
  place: (point: Point) => Point,
) {
  const legendY = AREA.top + 8 + 20 * index
  const legend = text(name, AREA.right + 36, legendY + 4)
  const placed = points.map(place)
  if (!dots) {
    const dash = isDashed ? ' stroke-dasharray="5 4"' : ''
    const stroke = `fill="none" stroke="${color}" stroke-width="2"${dash}`
    const line = placed.map(([a, b]) => `${a},${b}`).join(' ')
    return `<polyline points="${line}" ${stroke}/><path d="M${AREA.right + 12} ${legendY}h18" ${stroke}/>${legend}`
  }
  const marks = placed.map(
    ([a, b], i) =>
      `<circle cx="${a}" cy="${b}" r="4" fill="${color}"/>${text(dots[i] ?? '', a + 6, b + 14, 'font-size="10"')}`,
  )
  return `${marks.join('')}<circle cx="${AREA.right + 21}" cy="${legendY}" r="4" fill="${color}"/>${legend}`
}

const scale =
  ({ from, to }: Axis, low: number, high: number) =>
  (value: number) =>
    Number((low + ((value - from) / (to - from)) * (high - low)).toFixed(1))

const ticks = ({ from, to, step }: Axis) =>
  Array.from({ length: Math.round((to - from) / step) + 1 }, (_, i) => Number((from + i * step).toFixed(4)))

const text = (content: string, x: number, y: number, attributes = '') =>
  `<text x="${x}" y="${y}" fill="#222" ${attributes}>${escape(content)}</text>`

const escape = (content: string) => content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
