/** The features of many questions cut into at most 64 bins each, so that the best split is found by counting. */
export type Binned = {
  readonly rows: number
  /** One array per feature: the bin of each row. */
  readonly columns: readonly Uint8Array[]
  /** Per feature, ascending: a value at most `edges[b]` lies in bin `b` or below; the last bin is open. */
  readonly edges: readonly (readonly number[])[]
}

export const MAX_BINS = 64

export function bin(inputs: readonly Float64Array[]): Binned {
  const width = inputs[0]?.length ?? 0
  const columns: Uint8Array[] = []
  const edges: number[][] = []
  for (let feature = 0; feature < width; feature += 1) {
    const values = Float64Array.from(inputs, (input) => input[feature] ?? 0)
    const cut = edgesOf(values.toSorted())
    edges.push(cut)
    columns.push(Uint8Array.from(values, (value) => binOf(value, cut)))
  }
  return { rows: inputs.length, columns, edges }
}

/** Borders halfway between neighbouring values, one per 64th of the rows; rounded, so that the weights file holds exactly what was trained with. */
function edgesOf(ascending: Float64Array): number[] {
  const edges = new Set<number>()
  for (let cut = 1; cut < MAX_BINS; cut += 1) {
    const at = Math.floor((cut * ascending.length) / MAX_BINS)
    const value = ascending[at] ?? 0
    let above = at + 1
    while (ascending[above] === value) above += 1
    const next = ascending[above]
    if (next !== undefined) edges.add(Number(((value + next) / 2).toPrecision(6)))
  }
  return [...edges].toSorted((a, b) => a - b)
}

function binOf(value: number, edges: readonly number[]): number {
  const index = edges.findIndex((edge) => value <= edge)
  return index === -1 ? edges.length : index
}
