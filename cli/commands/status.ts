import { listCollectionsRoute } from '../../shared/api/collections.ts'
import { listEndpointsRoute } from '../../shared/api/endpoints.ts'
import { readyRoute } from '../../shared/api/health.ts'
import type { Answer } from '../lib/client.ts'
import { type ClientOptions, clientCommand, connect, show } from '../lib/command.ts'
import { Failure } from '../lib/failure.ts'
import { table } from '../lib/terminal.ts'

type Endpoint = Answer<typeof listEndpointsRoute>['data'][number]
type Collection = Answer<typeof listCollectionsRoute>['data'][number]

export const statusCommand = () =>
  clientCommand('status')
    .description('health, endpoints with their load, breaker and queue, collections')
    .action(async (options: ClientOptions) => {
      const { client } = connect(options)
      const [health, endpoints, collections] = await Promise.all([
        client.call(readyRoute, {}),
        ifAllowed(allPages((query) => client.call(listEndpointsRoute, { query }))),
        ifAllowed(allPages((query) => client.call(listCollectionsRoute, { query }))),
      ])
      show(options, { url: client.url, ...health, endpoints, collections }, describe)
    })

type Status = {
  readonly url: string
  readonly status: string
  readonly version: string
  readonly endpoints: readonly Endpoint[] | null
  readonly collections: readonly Collection[] | null
}

const describe = ({ url, status, version, endpoints, collections }: Status) =>
  [
    `${url} is ${status}, version ${version}`,
    endpoints ? describeEndpoints(endpoints) : 'This key may not see endpoints.',
    collections ? describeCollections(collections) : 'This key may not see collections.',
  ].join('\n\n')

type Page<T> = { readonly data: readonly T[]; readonly nextCursor: string | null }

async function allPages<T>(
  read: (query: { limit: number; cursor: string | undefined }) => Promise<Page<T>>,
): Promise<T[]> {
  const all: T[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await read({ limit: 1_000, cursor })
    all.push(...page.data)
    cursor = page.nextCursor
  }
  return all
}

/** Null when the key may not see it: the rest of the status is still worth showing. */
const ifAllowed = <T>(answer: Promise<T>): Promise<T | null> =>
  answer.catch((error: unknown) => {
    if (error instanceof Failure && error.code === 'forbidden') return null
    throw error
  })

function describeEndpoints(endpoints: readonly Endpoint[]): string {
  if (endpoints.length === 0) return 'No endpoint is registered: answers are quoted from the documents.'
  const load = ['breaker', 'in flight', 'of', 'queued', 'errors', 'first token ms']
  const rows = endpoints.map(({ id, tier, model, drained, live, maxConcurrency }) => [
    id,
    tier,
    model,
    ...describeLoad(live, maxConcurrency),
    describeHealth(drained, live?.healthy ?? null),
  ])
  return table(['endpoint', 'tier', 'model', ...load, 'health'], rows)
}

function describeLoad(live: Endpoint['live'], maxConcurrency: number): (string | number)[] {
  if (live === null) return ['unused', 0, maxConcurrency, 0, '-', '-']
  const { breaker, inFlight, queued, errorRate, timeToFirstTokenMs } = live
  const errors = `${Math.round(errorRate * 100)}%`
  const firstTokenMs = timeToFirstTokenMs === null ? '-' : Math.round(timeToFirstTokenMs)
  return [breaker, inFlight, maxConcurrency, queued, errors, firstTokenMs]
}

function describeHealth(drained: boolean, healthy: boolean | null): string {
  if (drained) return 'drained'
  return healthy === null ? '-' : healthy ? 'ok' : 'failing'
}

function describeCollections(collections: readonly Collection[]): string {
  if (collections.length === 0) return 'There is no collection yet.'
  const rows = collections.map(({ name, profile, documents, chunks }) => [name, profile, documents, chunks])
  return table(['collection', 'profile', 'documents', 'chunks'], rows)
}
