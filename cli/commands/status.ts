import { listCollectionsRoute } from '../../shared/api/documents.ts'
import { listEndpointsRoute } from '../../shared/api/endpoints.ts'
import { readyRoute } from '../../shared/api/health.ts'
import type { Answer, Client } from '../lib/client.ts'
import { type ClientOptions, clientCommand, connect, show } from '../lib/command.ts'
import { Failure } from '../lib/failure.ts'
import { table } from '../lib/terminal.ts'

type Endpoint = Answer<typeof listEndpointsRoute>['data'][number]
type Collection = Answer<typeof listCollectionsRoute>['data'][number]

export const statusCommand = () =>
  clientCommand('status')
    .description('health, endpoints with their load, collections')
    .action(async (options: ClientOptions) => {
      const { client } = connect(options)
      const [health, endpoints, collections] = await Promise.all([
        client.call(readyRoute, {}),
        ifAllowed(client.call(listEndpointsRoute, {}).then(({ data }) => data)),
        ifAllowed(allCollections(client)),
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

async function allCollections(client: Client): Promise<Collection[]> {
  const all: Collection[] = []
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await client.call(listCollectionsRoute, { query: { limit: 1_000, cursor } })
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
  const header = ['endpoint', 'tier', 'model', 'in flight', 'of', 'served', 'failed', 'first token ms', '']
  const rows = endpoints.map(({ id, tier, model, maxConcurrency, drained, live }) => [
    id,
    tier,
    model,
    live.inFlight,
    maxConcurrency,
    live.served,
    live.failed,
    live.timeToFirstTokenMs === null ? '-' : Math.round(live.timeToFirstTokenMs),
    drained ? 'drained' : '',
  ])
  return table(header, rows)
}

function describeCollections(collections: readonly Collection[]): string {
  if (collections.length === 0) return 'There is no collection yet.'
  const rows = collections.map(({ name, profile, documents, chunks }) => [name, profile, documents, chunks])
  return table(['collection', 'profile', 'documents', 'chunks'], rows)
}
