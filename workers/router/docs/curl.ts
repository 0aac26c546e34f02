import type { Body, Operation, Parameter } from './operations.ts'
import type { Resolve } from './schema-words.ts'

/** Calls that change the platform take the operators' key, all others a tenant's; the names are those of the handbook. */
const keyVariable = (scope: string) =>
  scope === 'admin' || scope === 'operate' ? 'FAIRLEAD_ADMIN_KEY' : 'FAIRLEAD_API_KEY'

/** A command to paste into a shell, one for each way to send the body. */
export function curlExamples(operation: Operation, origin: string, resolve: Resolve): string[] {
  const { method, parameters, bodies, scope, replies } = operation
  const url = `${origin}${fillPath(operation.path, parameters, resolve)}${queryString(parameters, resolve)}`
  const isStream = replies.some(
    ({ bodies }) => bodies.length === 1 && bodies[0]?.mediaType === 'text/event-stream',
  )
  const head = [
    ['curl', ...(isStream ? ['-N'] : []), ...(method === 'GET' ? [] : ['-X', method]), quoted(url)].join(' '),
    ...(scope === null ? [] : [`-H "authorization: Bearer $${keyVariable(scope)}"`]),
  ]
  const ways = bodies.length === 0 ? [[]] : bodies.map((body) => bodyArguments(body, resolve))
  return ways.map((way) => [...head, ...way].join(' \\\n  '))
}

function bodyArguments({ mediaType, schema }: Body, resolve: Resolve): string[] {
  if (mediaType === 'multipart/form-data') return ['-F files=@handbook.md', '-F files=@minutes.html']
  const example: unknown = resolve(schema).schema.example
  return [`-H 'content-type: ${mediaType}'`, `-d ${quoted(JSON.stringify(example, null, 2))}`]
}

const exampleOf = ({ schema }: Parameter, resolve: Resolve): unknown => resolve(schema).schema.example

const fillPath = (path: string, parameters: readonly Parameter[], resolve: Resolve) =>
  parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce(
      (filled, parameter) =>
        filled.replace(`{${parameter.name}}`, encodeURIComponent(String(exampleOf(parameter, resolve)))),
      path,
    )

function queryString(parameters: readonly Parameter[], resolve: Resolve): string {
  const pairs = parameters
    .filter((parameter) => parameter.in === 'query' && exampleOf(parameter, resolve) !== undefined)
    .map((parameter) => `${parameter.name}=${String(exampleOf(parameter, resolve))}`)
  return pairs.length === 0 ? '' : `?${pairs.join('&')}`
}

/** As one word of a POSIX shell; plain words stay as they are. */
const quoted = (text: string) => (/^[\w:/.,@-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`)
