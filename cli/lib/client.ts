import { EventSourceParserStream } from 'eventsource-parser/stream'
import { z } from 'zod'
import { EXIT, Failure, reasonOf } from './failure.ts'
import type { Target } from './target.ts'

type JsonContent<S extends z.ZodType = z.ZodType> = {
  readonly content?: { readonly 'application/json'?: { readonly schema: S } }
}

/** A route of shared/api as far as a client needs it: the very object that the server validates with. */
type Route = {
  readonly method: string
  readonly path: string
  readonly responses: Readonly<Record<number | string, JsonContent>>
}
type InputOf<R, K extends string> = R extends { request: { [P in K]: infer S extends z.ZodType } }
  ? { readonly [P in K]: z.input<S> }
  : unknown
type BodyOf<R> = R extends { request: { body: JsonContent<infer S> } }
  ? { readonly body: z.input<S> }
  : unknown
type Input<R> = InputOf<R, 'params'> & InputOf<R, 'query'> & BodyOf<R>
type Success<R extends Route> = Extract<keyof R['responses'], 200 | 201 | 202>
export type Answer<R extends Route> = {
  [K in Success<R>]: R['responses'][K] extends JsonContent<infer S> ? z.output<S> : never
}[Success<R>]

/** What an input is on the wire. */
type Wire = {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, unknown>>
  readonly body?: unknown
}

export type ServerEvent = { readonly event: string; readonly data: unknown }
export type Client = {
  readonly url: string
  /** The answer was checked against the route's own schema, so its type is what really came. */
  call<R extends Route>(route: R, input: Input<R> & Wire): Promise<Answer<R>>
  /** The answer as it comes, event by event. */
  stream<R extends Route>(route: R, input: Input<R> & Wire): AsyncGenerator<ServerEvent>
}

export function apiClient({ url, key }: Target, signal?: AbortSignal): Client {
  const send = async ({ method, path }: Route, { params, query, body }: Wire) => {
    const init = {
      method: method.toUpperCase(),
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    }
    const response = await fetch(url + withParams(path, params) + queryString(query), init).catch((error) => {
      throw unreachable(url, error)
    })
    if (!response.ok) throw await refusal(response, url)
    return response
  }
  return {
    url,
    async call<R extends Route>(route: R, input: Input<R> & Wire) {
      const response = await send(route, input)
      const schema = route.responses[response.status]?.content?.['application/json']?.schema
      if (!schema)
        throw new Failure(EXIT.failed, `${url} answered with an unexpected status ${response.status}`)
      const body: unknown = await response.json().catch((error) => {
        throw brokenOff(url, error)
      })
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- this schema is the one that Answer<R> was inferred from
      return schema.parse(body) as Answer<R>
    },
    async *stream(route, input) {
      const response = await send(route, input)
      const events = response.body
        ?.pipeThrough(new TextDecoderStream())
        .pipeThrough(new EventSourceParserStream())
      try {
        for await (const { event = 'message', data } of events ?? []) yield { event, data: JSON.parse(data) }
      } catch (error) {
        throw brokenOff(url, error)
      }
    },
  }
}

const withParams = (path: string, params: Wire['params'] = {}) =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))

function queryString(query: Wire['query'] = {}): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString()
  return text && `?${text}`
}

function unreachable(url: string, error: unknown): unknown {
  if (isAbort(error)) return error
  const message = `Nothing answers at ${url} (${reasonOf(error)}). Start the platform with "npm start", or name another with --url or FAIRLEAD_URL.`
  return new Failure(EXIT.unreachable, message, { cause: error })
}

function brokenOff(url: string, error: unknown): unknown {
  if (isAbort(error)) return error
  return new Failure(EXIT.unreachable, `The connection to ${url} broke off before the answer was whole.`, {
    cause: error,
  })
}

const isAbort = (error: unknown) => error instanceof Error && error.name === 'AbortError'

const errorAnswer = z.object({
  error: z.object({ code: z.string(), message: z.string(), requestId: z.string() }),
})

/** The platform's own words for a refusal; anything else that answers with an error is not the platform. */
async function refusal(response: Response, url: string): Promise<Failure> {
  const exitCode = response.status < 500 ? EXIT.refused : EXIT.failed
  const { data } = errorAnswer.safeParse(await response.json().catch(() => undefined))
  if (!data) return new Failure(exitCode, `${url} answered with status ${response.status} and no reason`)
  const { code, message, requestId } = data.error
  return new Failure(exitCode, `${message} (${code}, ${requestId})`, { code, requestId })
}
