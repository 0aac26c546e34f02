import { z } from 'zod'
import { cohereReranker } from '../adapters/rerankers/cohere.ts'
import { LATE_INTERACTION } from '../adapters/rerankers/late-interaction.ts'
import { teiReranker } from '../adapters/rerankers/tei.ts'
import { workersAiReranker } from '../adapters/rerankers/workers-ai.ts'
import { AppError } from '../errors.ts'
import { parseJson } from '../http/body.ts'
import { describeIssues } from '../http/issues.ts'
import type { EventSink } from '../ports/event-sink.ts'
import type { Reranker } from '../ports/reranker.ts'
import { ensemble } from '../rerank/ensemble.ts'
import { multiStage } from '../rerank/multi-stage.ts'
import { type Named, serviceAuth, serviceAuthorizer, serviceUrl } from './secrets.ts'

export type RegisteredReranker = {
  readonly reranker: Reranker
  /** Its share in a hit's final score, 0..1. */
  readonly weight: number
}

/** A cross-encoder knows better than the search, which still knows exact names and numbers. */
const USUAL_WEIGHT = 0.5

const id = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'has lower-case letters, digits, ".", "_" and "-", 63 at most')
const common = { id, weight: z.number().min(0).max(1).default(USUAL_WEIGHT) }
const nanoUsdPerSearch = z.int().min(0).max(1_000_000_000)
const model = z.string().min(1).max(256)
const remote = { ...common, url: serviceUrl, auth: serviceAuth.default({ type: 'none' }) }

const entry = z.discriminatedUnion('kind', [
  z.strictObject({
    ...remote,
    kind: z.literal('tei'),
    nanoUsdPerSearch: nanoUsdPerSearch.default(0),
    model: model.optional(),
  }),
  z.strictObject({
    ...remote,
    kind: z.literal('cohere'),
    url: serviceUrl.default('https://api.cohere.com'),
    model,
    nanoUsdPerSearch,
  }),
  z.strictObject({
    ...remote,
    kind: z.literal('workers-ai'),
    model: model.default('@cf/baai/bge-reranker-base'),
    nanoUsdPerSearch: nanoUsdPerSearch.default(0),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('multi-stage'),
    stages: z
      .array(z.strictObject({ id, keep: z.int().min(1).max(100).default(100) }))
      .min(2)
      .max(4),
  }),
  z.strictObject({
    ...common,
    kind: z.literal('ensemble'),
    members: z
      .array(z.strictObject({ id, weight: z.number().positive().max(100).default(1) }))
      .min(2)
      .max(4),
  }),
])
const entries = z.array(entry).max(32)
type Entry = z.infer<typeof entry>

type Surroundings = { readonly named: Named; readonly log: EventSink }

/**
 * The rerankers that may be asked for, by id: the built-in ones and those of the Worker variable RERANKERS, a JSON list. Throws what is wrong
 * with the list, naming the field. A secret that is not set is said when its reranker is used.
 */
export function rerankersFrom(
  json: string | undefined,
  surroundings: Surroundings,
  builtIn: readonly RegisteredReranker[],
): ReadonlyMap<string, RegisteredReranker> {
  const rerankers = new Map(builtIn.map((one) => [one.reranker.id, one]))
  const list = readRerankerList(json, [...rerankers.keys()])
  for (const one of list) {
    // The list names only what stands before, which is made by now.
    const made = <T extends { readonly id: string }>(parts: readonly T[]) =>
      parts.flatMap((part) => {
        const found = rerankers.get(part.id)
        return found ? [{ ...part, reranker: found.reranker }] : []
      })
    rerankers.set(one.id, { reranker: make(one, made, surroundings), weight: one.weight })
  }
  return rerankers
}

type Made = <T extends { readonly id: string }>(
  parts: readonly T[],
) => (T & { readonly reranker: Reranker })[]

function make(one: Entry, made: Made, { named, log }: Surroundings): Reranker {
  switch (one.kind) {
    case 'tei':
      return teiReranker({ ...one, ...connection(one, named) })
    case 'cohere':
      return cohereReranker({ ...one, ...connection(one, named) })
    case 'workers-ai':
      return workersAiReranker({ ...one, ...connection(one, named) })
    case 'multi-stage':
      return multiStage(one.id, made(one.stages))
    case 'ensemble':
      return ensemble(one.id, made(one.members), { log })
  }
}

type Remote = Extract<Entry, { readonly auth: unknown }>

const connection = ({ url, auth }: Remote, named: Named) => ({
  url,
  authorizer: serviceAuthorizer(auth, named),
  fetch: globalThis.fetch,
})

/** The list that RERANKERS holds; throws what is wrong with it, naming the field. */
export function readRerankerList(
  json: string | undefined,
  builtIn: readonly string[] = [LATE_INTERACTION],
): Entry[] {
  if (json === undefined || json === '') return []
  const given = parseJson(json)
  const { data, error } = entries.safeParse(given)
  if (error)
    throw wrong(Array.isArray(given) ? describeIssues(error.issues) : 'must be a JSON list, such as []')
  requireIds(data, builtIn)
  return data
}

/** An entry can name only what stands before it, so that none can be made of itself. */
function requireIds(list: readonly Entry[], builtIn: readonly string[]): void {
  const known = new Set(builtIn)
  for (const [i, one] of list.entries()) {
    if (known.has(one.id)) throw wrong(`${i}.id: there is a reranker "${one.id}" already; choose another id`)
    const unknown = parts(one).find(({ id: name }) => !known.has(name))
    if (unknown) {
      const names = [...known].map((name) => `"${name}"`).join(', ')
      throw wrong(
        `${i}.${unknown.field}: there is no reranker "${unknown.id}" before it in the list; there is ${names}`,
      )
    }
    known.add(one.id)
  }
}

/** What an entry is made of, each with the field that names it. */
function parts(one: Entry): { readonly field: string; readonly id: string }[] {
  if (one.kind === 'multi-stage')
    return one.stages.map(({ id: name }, i) => ({ field: `stages.${i}.id`, id: name }))
  if (one.kind === 'ensemble')
    return one.members.map(({ id: name }, i) => ({ field: `members.${i}.id`, id: name }))
  return []
}

const wrong = (problem: string) => new AppError('internal', `RERANKERS: ${problem}`)
