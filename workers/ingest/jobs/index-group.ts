import { advanceJobs, beginJobs, finishLive } from '../../../shared/db/jobs.ts'
import { chunkDocument } from '../../../shared/domain/chunking.ts'
import { indexNamespace } from '../../../shared/domain/collection.ts'
import type { Chunk } from '../../../shared/domain/document.ts'
import { contextualText } from '../../../shared/domain/ingest.ts'
import { RETRIEVAL_PROFILES } from '../../../shared/domain/matrix/sources/profiles.ts'
import { canonicalKey, rawKey } from '../../../shared/domain/object-keys.ts'
import { AppError } from '../../../shared/errors.ts'
import type { IndexedChunk, PublishOutcome } from '../../../shared/ports/vector-store.ts'
import { mayFitLater } from '../../../shared/spending/refusal.ts'
import { chunkIds } from '../hash.ts'
import { mapBounded, slices } from '../slices.ts'
import { embedPaid } from './embed-paid.ts'
import type { IndexDeps } from './index-documents.ts'
import {
  type Begun,
  type EmbeddingCost,
  type Failure,
  folderOf,
  type IndexTask,
  idsOf,
  type Outcomes,
  outcomeOfAll,
  settleFailures,
  supersede,
} from './outcome.ts'

const DOCUMENTS_AT_ONCE = 10
/** A message between Workers may have 32 MB; the longest chunks have about 20 kB with their vector. */
const CHUNKS_PER_STAGE = 200

type Parsed = Begun & {
  readonly title: string
  readonly chunks: readonly (Chunk & { readonly gap: string })[]
}
type Embedded = Omit<Parsed, 'chunks'> & { readonly chunks: readonly IndexedChunk[] }
type Published = Embedded & { readonly outcome: PublishOutcome }

/**
 * From bytes to searchable, all documents of the group step by step together, so that a step costs the database one transaction
 * however many they are. One that fails leaves the group and the others go on.
 */
export async function indexGroup(deps: IndexDeps, tasks: readonly IndexTask[]): Promise<Outcomes> {
  const { db, now } = deps
  const failures: Failure[] = []
  const spent = new Map<string, EmbeddingCost>()
  const { begun, ended } = await begin(deps, tasks)
  const parsed = await each(begun, failures, (task) => parse(deps, task))
  await advanceJobs(db, idsOf(parsed), 'embedding', now())
  const embedded = await embedAll(deps, parsed, failures, spent)
  await advanceJobs(db, idsOf(embedded), 'indexing', now())
  const published = await each(embedded, failures, (task) => publish(deps, task))
  const live = await finishLive(
    db,
    published
      .filter(({ outcome }) => outcome === 'published')
      .map(({ job, title, chunks }) => ({ jobId: job.id, title, chunks: chunks.length })),
    now(),
  )
  const isLive = ({ job }: Published) => live.has(job.id)
  const outcomes: Outcomes = new Map([
    ...outcomeOfAll(ended, { result: 'ended' }),
    ...published
      .filter(isLive)
      .map(({ job, chunks }) => [job.id, { result: 'live', chunks: chunks.length }] as const),
    ...(await supersede(
      deps,
      published.filter((task) => !isLive(task)),
    )),
    ...(await settleFailures(deps, failures)),
  ])
  return new Map([...outcomes].map(([id, outcome]) => [id, { ...outcome, embedding: spent.get(id) }]))
}

/** A job that another delivery has ended since it was looked up is not begun: its document is paid for. */
async function begin({ db, now }: IndexDeps, tasks: readonly IndexTask[]) {
  const attempts = await beginJobs(db, idsOf(tasks), now())
  const begun = tasks.flatMap((task): Begun[] => {
    const attempt = attempts.get(task.job.id)
    return attempt === undefined ? [] : [{ ...task, attempt }]
  })
  return { begun, ended: tasks.filter(({ job }) => !attempts.has(job.id)) }
}

async function each<T extends IndexTask, R>(
  tasks: readonly T[],
  failures: Failure[],
  run: (task: T) => Promise<R>,
): Promise<R[]> {
  const results = await mapBounded(tasks, DOCUMENTS_AT_ONCE, async (task) => {
    try {
      return [await run(task)]
    } catch (thrown) {
      failures.push({ task, error: AppError.from(thrown) })
      return []
    }
  })
  return results.flat()
}

async function parse({ objects, parsers, countTokens }: IndexDeps, task: Begun): Promise<Parsed> {
  const { version, collection } = task
  const bytes = await objects.get(rawKey(folderOf(task)))
  if (!bytes) throw new AppError('internal', 'The stored bytes of this version are missing')
  const parser = parsers.get(version.mediaType)
  if (!parser)
    throw new AppError(
      'unsupported_media_type',
      `mediaType: "${version.mediaType}" is not supported any more`,
    )
  const document = parser.parse(bytes)
  await objects.put(canonicalKey(folderOf(task)), document.text, 'text/plain; charset=utf-8')
  const { chunkTokens } = RETRIEVAL_PROFILES[collection.profile]
  const chunks = chunkDocument(document, { maxTokens: chunkTokens, countTokens })
  // oxlint-disable-next-line typescript/prefer-nullish-coalescing -- an empty title says no more than none
  const title = version.title ?? (document.title?.trim() || version.documentId)
  const withGaps = chunks.map((chunk, i) => ({
    ...chunk,
    gap: document.text.slice(chunk.end, chunks[i + 1]?.start ?? chunk.end),
  }))
  return { ...task, title: title.slice(0, 512), chunks: withGaps }
}

/** Side by side they hold far more than they take: what a budget refuses for that alone is embedded after the others, one by one. */
async function embedAll(
  deps: IndexDeps,
  parsed: readonly Parsed[],
  failures: Failure[],
  spent: Map<string, EmbeddingCost>,
): Promise<Embedded[]> {
  const run = (task: Parsed) => embed(deps, task, spent)
  const refused: Failure[] = []
  const embedded = await each(parsed, refused, run)
  const crowdedOut = new Set(idsOf(refused.filter(({ error }) => mayFitLater(error)).map(({ task }) => task)))
  failures.push(...refused.filter(({ task }) => !crowdedOut.has(task.job.id)))
  for (const task of parsed.filter(({ job }) => crowdedOut.has(job.id)))
    embedded.push(...(await each([task], failures, run)))
  return embedded
}

/** Contextual retrieval: title and headings in front of a chunk say what it speaks of where its own words do not. */
async function embed(
  deps: IndexDeps,
  { chunks, ...task }: Parsed,
  spent: Map<string, EmbeddingCost>,
): Promise<Embedded> {
  const textOf = ({ headings, text }: Chunk) => contextualText(task.title, headings, text)
  const vectors = await embedPaid(deps, { task, chunks, textOf }, spent)
  const ids = await chunkIds(
    task.job.documentId,
    chunks.map(({ text }) => text),
  )
  const indexed = chunks.map((chunk, i) => {
    const { tokens: _, ...rest } = chunk
    const [id, vector] = [ids[i], vectors[i]]
    if (id === undefined || !vector)
      throw new AppError('internal', `The embedder "${task.collection.embedder}" left out a text`)
    return { ...rest, id, vector }
  })
  return { ...task, chunks: indexed }
}

async function publish({ index }: IndexDeps, task: Embedded): Promise<Published> {
  const { collection, version, title, chunks } = task
  const { documentId, metadata, acl, labels } = version
  const document = { documentId, version: version.version }
  const namespace = indexNamespace(collection)
  for (const slice of slices(chunks, CHUNKS_PER_STAGE)) await index.stage(namespace, document, slice)
  const outcome = await index.publish(namespace, { ...document, title, metadata, acl, labels })
  return { ...task, outcome }
}
