import { z } from 'zod'
import { cohereReranker } from '../adapters/rerankers/cohere.ts'
import { teiReranker } from '../adapters/rerankers/tei.ts'
import { workersAiReranker } from '../adapters/rerankers/workers-ai.ts'
import { AppError } from '../errors.ts'
import { parseJson } from '../http/body.ts'
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
  { named, log }: Surroundings,
  builtIn: readonly RegisteredReranker[],
): ReadonlyMap<string, RegisteredReranker> {
  const rerankers = new Map(builtIn.map((one) => [one.reranker.id, one]))
  const list = readRerankerList(json)
  for (const [i, { id: name }] of list.entries())
    if (rerankers.has(name) || list.findIndex((other) => other.id === name) < i)
      throw wrong(`${i}.id`, `there is a reranker "${name}" already; choose another id`)
  for (const [i, one] of list.entries()) {
    // An entry can name only what stands before it, so that none can be made of itself.
    const find = (field: string, name: string): Reranker => {
      const found = rerankers.get(name)
      if (found) return found.reranker
      const known = [...rerankers.keys()].map((other) => `"${other}"`).join(', ')
      throw wrong(`${i}.${field}`, `there is no reranker "${name}" before it in the list; there is ${known}`)
    }
    rerankers.set(one.id, { reranker: make(one, find, { named, log }), weight: one.weight })
  }
  return rerankers
}

function make(
  one: Entry,
  find: (field: string, name: string) => Reranker,
  { named, log }: Surroundings,
): Reranker {
  switch (one.kind) {
    case 'tei':
      return teiReranker({ ...one, ...connection(one, named) })
    case 'cohere':
      return cohereReranker({ ...one, ...connection(one, named) })
    case 'workers-ai':
      return workersAiReranker({ ...one, ...connection(one, named) })
    case 'multi-stage': {
      const stages = one.stages.map(({ id: name, keep }, i) => ({
        reranker: find(`stages.${i}.id`, name),
        keep,
      }))
      return multiStage(one.id, stages)
    }
    case 'ensemble': {
      const members = one.members.map(({ id: name, weight }, i) => ({
        reranker: find(`members.${i}.id`, name),
        weight,
      }))
      return ensemble(one.id, members, { log })
    }
  }
}

type Remote = Extract<Entry, { readonly auth: unknown }>

const connection = ({ url, auth }: Remote, named: Named) => ({
  url,
  authorizer: serviceAuthorizer(auth, named),
  fetch: globalThis.fetch,
})

/** The list as it is written, checked but for the ids that its entries name. */
export function readRerankerList(json: string | undefined): Entry[] {
  if (json === undefined || json === '') return []
  const { data, error } = entries.safeParse(parseJson(json))
  if (data) return data
  const [issue] = error.issues
  throw wrong(issue?.path.join('.') ?? '', issue?.message ?? 'is no JSON list')
}

const wrong = (field: string, message: string) =>
  new AppError('internal', `RERANKERS: ${field === '' ? '' : `${field}: `}${message}`)
