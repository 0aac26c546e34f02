import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'

/** What is wrong at one line of one file, and what to write instead. */
export type Problem = { readonly file: string; readonly line: number; readonly message: string }

export type Path = readonly PropertyKey[]

/** One YAML file that its schema accepts. */
export type Checked<T> = {
  readonly value: T
  /** The problem with what stands at a path. */
  readonly problem: (path: Path, message: string) => Problem
}

export type Reading<T> = { readonly checked: Checked<T> } | { readonly problems: readonly Problem[] }

type Places = { readonly document: Document; readonly lines: LineCounter }

/** Parses a file and checks it, and finds the line of everything that is wrong. */
export function readDocument<T>(file: string, text: string, schema: z.ZodType<T>): Reading<T> {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const at = (offset: number) => lines.linePos(offset).line
  if (document.errors.length > 0)
    return { problems: document.errors.map(({ pos, message }) => ({ file, line: at(pos[0]), message })) }
  const places = { document, lines }
  const result = schema.safeParse(document.toJS(), { reportInput: true })
  if (!result.success)
    return { problems: problemsOf(places, result.error.issues).map((problem) => ({ file, ...problem })) }
  const problem = (path: Path, message: string) => ({ file, line: lineOf(places, path), message })
  return { checked: { value: result.data, problem } }
}

/** The line of what stands at a path, or of the nearest thing around it where nothing does. */
function lineOf({ document, lines }: Places, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const key = keyAt(document, path.slice(0, length))
    if (key !== undefined) return lines.linePos(key).line
  }
  return 1
}

/** Where in the text a path begins: at its key in a mapping, else at the value itself. */
function keyAt(document: Document, path: Path): number | undefined {
  const parent = document.getIn(path.slice(0, -1), true)
  const last = path.at(-1)
  if (isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && key.value === last)
    return isNode(pair?.key) ? pair.key.range?.[0] : undefined
  }
  const node = document.getIn(path, true)
  return isNode(node) ? node.range?.[0] : undefined
}

type Issue = z.core.$ZodIssue
type Found = Omit<Problem, 'file'>

/** A key that nobody knows and one that is missing beside it are one mistake. */
function problemsOf(places: Places, issues: readonly Issue[]): readonly Found[] {
  const missing = new Map(
    issues
      .filter(
        ({ code, input }) => (code === 'invalid_type' || code === 'invalid_value') && input === undefined,
      )
      .map((issue) => [issue.path.map(String).join('\0'), issue]),
  )
  const unknown = issues.flatMap((issue) =>
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => ({ path: issue.path, key })) : [],
  )
  const renamed = unknown.map(({ path, key }): Found => {
    const wanted = [...missing.values()]
      .filter((issue) => isBeside(issue.path, path))
      .map((issue) => String(issue.path.at(-1)))
    const meant = closest(key, wanted)
    if (meant !== undefined) missing.delete([...path, meant].map(String).join('\0'))
    const fix = meant === undefined ? 'remove it' : `write ${meant}`
    return { line: lineOf(places, [...path, key]), message: `unknown key ${key}: ${fix}` }
  })
  const absent = [...missing.values()].map(({ path, message }): Found => {
    const reason = message.replace(/^Invalid (?:input|option): /, '')
    return {
      line: lineOf(places, path),
      message: `missing ${path.map(String).join('.')}: add it (${reason})`,
    }
  })
  const wrong = issues
    .filter(({ code, input }) => code !== 'unrecognized_keys' && input !== undefined)
    .map(
      ({ path, message }): Found => ({
        line: lineOf(places, path),
        message: `${path.map(String).join('.')}: ${message}`,
      }),
    )
  return [...renamed, ...absent, ...wrong].toSorted((a, b) => a.line - b.line)
}

const isBeside = (path: Path, parent: Path): boolean =>
  path.length === parent.length + 1 && parent.every((part, index) => part === path[index])

/** The key that begins and ends most like it: a wrong unit or a slip leaves half of a name or more as it is. */
function closest(key: string, wanted: readonly string[]): string | undefined {
  const [best] = wanted.map((name) => ({ name, kept: keptOf(key, name) })).toSorted((a, b) => b.kept - a.kept)
  return best && best.kept * 2 >= Math.min(key.length, best.name.length) ? best.name : undefined
}

/** Letters that two names share at their beginnings and at their ends. */
function keptOf(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length)
  let start = 0
  while (start < shorter && a[start] === b[start]) start++
  let end = 0
  while (end < shorter - start && a.at(-1 - end) === b.at(-1 - end)) end++
  return start + end
}
