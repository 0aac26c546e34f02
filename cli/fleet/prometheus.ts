/** Counts in Prometheus' text format. https://prometheus.io/docs/instrumenting/exposition_formats/ */
export type Labels = Readonly<Record<string, string>>

const series = (name: string, labels: Labels, value: number) => {
  const pairs = Object.entries(labels).map(
    ([label, text]) => `${label}="${text.replaceAll(/["\\]/g, '\\$&')}"`,
  )
  return `${name}{${pairs.join(',')}} ${value}`
}

/** One metric with its series, each with labels of its own. */
export function metricText(
  type: 'gauge' | 'counter',
  name: string,
  help: string,
  values: readonly (readonly [Labels, number])[],
): string {
  const lines = values.map(([labels, value]) => series(name, labels, value))
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].join('\n')
}

export type Histogram = {
  observe(value: number): void
  text(name: string, help: string, labels: Labels): string
}

/** `edges` are upper bounds, ascending; what is larger falls into the bucket without bound. */
export function createHistogram(edges: readonly number[]): Histogram {
  const counts = edges.map(() => 0)
  let sum = 0
  let count = 0
  return {
    observe(value) {
      const bucket = edges.findIndex((edge) => value <= edge)
      if (bucket >= 0) counts[bucket] = (counts[bucket] ?? 0) + 1
      sum += value
      count += 1
    },
    text(name, help, labels) {
      let below = 0
      const buckets = edges.map((edge, index) => {
        below += counts[index] ?? 0
        const le = Number.isInteger(edge) ? edge.toFixed(1) : String(edge)
        return series(`${name}_bucket`, { ...labels, le }, below)
      })
      return [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} histogram`,
        ...buckets,
        series(`${name}_bucket`, { ...labels, le: '+Inf' }, count),
        series(`${name}_count`, labels, count),
        series(`${name}_sum`, labels, sum),
      ].join('\n')
    },
  }
}
