type Fields = Readonly<Record<string, unknown>>

/** The JSON object in what a model wrote; null when there is none. Models put fences and politeness around what they were asked for. */
export function objectIn(text: string): Fields | null {
  const start = text.indexOf('{')
  const end = text.lastIndexOf('}')
  if (start < 0 || end <= start) return null
  try {
    const value: unknown = JSON.parse(text.slice(start, end + 1))
    return isRecord(value) ? value : null
  } catch {
    return null
  }
}

const isRecord = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
