import { z } from 'zod'
import { cohereEmbedder } from '../adapters/embedders/cohere.ts'
import { openaiCompatibleEmbedder } from '../adapters/embedders/openai-compatible.ts'
import { voyageEmbedder } from '../adapters/embedders/voyage.ts'
import { workersAiEmbedder } from '../adapters/embedders/workers-ai.ts'
import { serviceName } from '../domain/tariff.ts'
import { AppError } from '../errors.ts'
import { parseJson } from '../http/body.ts'
import type { RemoteOptions } from '../http/embeddings/remote.ts'
import { describeIssues } from '../http/issues.ts'
import type { Embedder, Embedders, TokenCounter } from '../ports/embedder.ts'
import { type Named, serviceAuth, serviceAuthorizer, serviceUrl } from './secrets.ts'

const KINDS = ['openai-compatible', 'openai', 'voyage', 'cohere', 'workers-ai'] as const

/** Texts that one request may have: TEI's own default, and the vendors' limits. */
const BATCH_SIZES: Readonly<Record<(typeof KINDS)[number], number>> = {
  'openai-compatible': 32,
  openai: 512,
  voyage: 128,
  cohere: 96,
  'workers-ai': 100,
}

const configuration = z.strictObject({
  id: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'has small letters, digits, ".", "_" and "-"')
    .refine((id) => id !== 'edge-static', '"edge-static" is the built-in embedder'),
  kind: z.enum(KINDS),
  url: serviceUrl,
  model: z.string().min(1).max(128),
  dimensions: z.int().min(1).max(8_192),
  maxTokens: z.int().min(16).default(512),
  truncates: z.boolean().default(false),
  batchSize: z.int().min(1).max(2_048).optional(),
  queryPrefix: z.string().max(256).optional(),
  documentPrefix: z.string().max(256).optional(),
  nanoUsdPerKTok: z.int().min(0).default(0),
  denseShare: z.number().min(0).max(1).default(0.6),
  feedbackShare: z.number().min(0).max(1).default(0.25),
  auth: serviceAuth.default({ type: 'none' }),
})
const configurations = z
  .array(configuration)
  .max(32)
  .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, 'two have the same id')
type Configuration = z.infer<typeof configuration>

/** One entry of the Worker variable EMBEDDERS, as it is written. */
export type EmbedderEntry = z.input<typeof configuration>

type Variables = {
  /** Worker variable EMBEDDERS: a JSON list. */
  readonly list: unknown
  /** Worker variable DEFAULT_EMBEDDER: the id for new collections. */
  readonly standard: string | undefined
}

/** The list that EMBEDDERS holds; throws what is wrong with it, naming the field. */
export function readEmbedderList(list: unknown): Configuration[] {
  if (list === undefined || list === '') return []
  const given = typeof list === 'string' ? parseJson(list) : list
  const { data, error } = configurations.safeParse(given)
  if (data) return data
  const problem = Array.isArray(given) ? describeIssues(error.issues) : 'must be a JSON list, such as []'
  throw new AppError('internal', `EMBEDDERS: ${problem}`)
}

/** The embedders that the variables name, beside the built-in one. `named` finds a Worker secret by its name. */
export function embeddersFrom(
  { list, standard }: Variables,
  builtIn: Embedder & TokenCounter,
  named: Named,
): Embedders {
  const remote = readEmbedderList(list).map((entry) => embedderOf(entry, builtIn, named))
  return embedderSet([builtIn, ...remote], standard ?? builtIn.id)
}

/** A choice of embedders, each called by what its id begins with. */
export function embedderSet(all: readonly Embedder[], standardName: string): Embedders {
  const byName = new Map(all.map((embedder) => [serviceName(embedder.id), embedder]))
  const known = [...byName.keys()].map((name) => `"${name}"`).join(', ')
  const find = (name: string) => byName.get(name) ?? all.find(({ id }) => id === name)
  const standard = find(standardName)
  if (!standard)
    throw new AppError('internal', `DEFAULT_EMBEDDER: there is no "${standardName}"; there is ${known}`)
  return {
    standard,
    named(name) {
      const found = find(name)
      if (found) return found
      throw new AppError('invalid_request', `embedder: there is no "${name}"; this platform has ${known}`)
    },
    of({ name, embedder: id }) {
      const now = byName.get(serviceName(id))
      if (now?.id === id) return now
      const why = now ? `"${serviceName(id)}" is now "${now.id}"` : `this platform has ${known}`
      throw new AppError(
        'conflict',
        `collection: "${name}" was embedded by "${id}", and ${why}; configure that embedder again, or make a new collection`,
      )
    },
  }
}

function embedderOf(entry: Configuration, counter: TokenCounter, named: Named): Embedder {
  const { id, kind, auth, batchSize = BATCH_SIZES[kind], ...rest } = entry
  const options: RemoteOptions = {
    ...rest,
    name: id,
    provider: kind,
    batchSize,
    authorizer: serviceAuthorizer(auth, named),
    fetch: (input, init) => fetch(input, init),
    countTokens: (text) => counter.count(text),
  }
  switch (kind) {
    case 'openai-compatible':
      return openaiCompatibleEmbedder(options)
    case 'openai':
      return openaiCompatibleEmbedder({ ...options, sendsDimensions: true })
    case 'voyage':
      return voyageEmbedder(options)
    case 'cohere':
      return cohereEmbedder(options)
    case 'workers-ai':
      return workersAiEmbedder(options)
  }
}
