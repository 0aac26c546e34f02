import type { z } from 'zod'
import { misplacedHint } from './misplaced.ts'

type Issue = z.core.$ZodIssue
type Union = z.core.$ZodIssueInvalidUnion

/** What zod says of a union that was given no words of its own. */
const WORDLESS = 'Invalid input'
/** The input is of another kind than a branch of a union takes. */
const OTHER_KIND: ReadonlySet<string> = new Set(['invalid_type', 'invalid_value', 'invalid_union'])

/** One line: `field.path: what is wrong` for every field, in the order they were found. With the path of the route also where fields belong. */
export function describeIssues(issues: readonly Issue[], route?: string): string {
  return issues.flatMap((issue) => issueLines(issue, route)).join('; ')
}

/** One line each: `field.path: what is wrong`, without a path for the whole. `route` is what was called, where fields of a known place are told. */
function issueLines(issue: Issue, route = '', above: Issue['path'] = []): string[] {
  const path = [...above, ...issue.path]
  const line = (message: string) => [path.length > 0 ? `${path.join('.')}: ${message}` : message]
  if (issue.code === 'unrecognized_keys')
    return line(issue.message + misplacedHint(issue.keys, path.join('.'), route))
  if (issue.code !== 'invalid_union' || issue.message !== WORDLESS || issue.errors.length === 0)
    return line(issue.message.replace('expected record,', 'expected object,'))
  const meant = branchMeant(issue)
  if (meant) return meant.flatMap((inner) => issueLines(inner, route, path))
  return line(`${WORDLESS}: expected ${listed(allowed(issue))}`)
}

/** The branch that takes this kind of input, with which only something inside is wrong; null when none does. */
function branchMeant({ errors }: Union): Issue[] | null {
  const fitting = errors.filter((branch) => !branch.some(isOtherKind))
  const knowing = fitting.filter((branch) => !branch.some(({ code }) => code === 'unrecognized_keys'))
  const [best = null] = (knowing.length > 0 ? knowing : fitting).toSorted((a, b) => a.length - b.length)
  return best
}

const isOtherKind = ({ code, path }: Issue) => path.length === 0 && OTHER_KIND.has(code)

function allowed({ errors }: Union): string[] {
  const each = errors.flatMap((branch) => branch.filter(isOtherKind).flatMap(allowedBy))
  return [...new Set(each)]
}

function allowedBy(issue: Issue): string[] {
  if (issue.code === 'invalid_type') return [issue.expected === 'record' ? 'object' : issue.expected]
  if (issue.code === 'invalid_value') return issue.values.map((value) => `"${String(value)}"`)
  return issue.code === 'invalid_union' ? allowed(issue) : []
}

const listed = (names: readonly string[]) =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`
