/** Records of the classic collections of the SMART system: `.I 7`, then fields `.T`, `.W` … on lines of their own. */
export function smartRecords(text: string): Map<string, string>[] {
  return text
    .split(/^\.I .*$/m)
    .slice(1)
    .map((record) => {
      const parts = record.split(/^\.([A-Z])\s*$/m).slice(1)
      const fields = new Map<string, string>()
      for (let i = 0; i < parts.length; i += 2)
        fields.set(parts[i] ?? '', (parts[i + 1] ?? '').replaceAll(/\s+/g, ' ').trim())
      return fields
    })
}

/** Documents by question, of lines that begin with the number of a question and that of a document. */
export function smartJudgements(text: string): Map<string, Set<string>> {
  const relevant = new Map<string, Set<string>>()
  for (const line of text.trim().split('\n')) {
    const [question = '', document = ''] = line.trim().split(/\s+/)
    relevant.set(question, (relevant.get(question) ?? new Set()).add(document))
  }
  return relevant
}
