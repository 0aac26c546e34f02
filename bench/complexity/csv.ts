/** The rows of a CSV text (RFC 4180), each as its named fields. */
export function parseCsv(text: string): Map<string, string>[] {
  const [header = [], ...records] = [...recordsOf(text)]
  return records.map((fields) => new Map(header.map((name, column) => [name, fields[column] ?? ''])))
}

/** A field, quoted or not, and what ends it: a comma, a line's end or the text's. */
const FIELD = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/gy

function* recordsOf(text: string): Generator<string[]> {
  let record: string[] = []
  for (const [, quoted, plain, end] of text.matchAll(FIELD)) {
    record.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === ',') continue
    if (record.length > 1 || record[0] !== '') yield record
    record = []
  }
}
