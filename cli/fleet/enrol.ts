import { deleteEndpointRoute, listEndpointsRoute, putEndpointRoute } from '../../shared/api/endpoints.ts'
import { apiClient } from '../lib/client.ts'
import { CATALOGUE } from './catalogue.ts'
import { type Fleet, type FleetOptions, startFleet } from './fleet.ts'

type Address = { readonly url: string; readonly adminKey: string }

/** Starts a fleet and registers it; what an earlier one left registered is replaced, since ids stay the same. */
export async function enrolFleet({ url, adminKey }: Address, options: FleetOptions): Promise<Fleet> {
  const operator = apiClient({ url, key: adminKey })
  const fleet = await startFleet(options)
  try {
    await Promise.all(
      fleet.members.map(({ id, request }) =>
        operator.call(putEndpointRoute, { params: { id }, body: request }),
      ),
    )
  } catch (error) {
    await fleet.stop()
    throw error
  }
  return fleet
}

/** Without a fleet, what an earlier one left registered is forgotten: nothing answers there any more. Returns how many that were. */
export async function dismissFleet({ url, adminKey }: Address): Promise<number> {
  const operator = apiClient({ url, key: adminKey })
  const { data } = await operator.call(listEndpointsRoute, { query: { limit: 1_000 } })
  const simulated = new Set(CATALOGUE.map(({ id }) => id))
  const left = data.filter((endpoint) => simulated.has(endpoint.id) && isHere(endpoint.url))
  await Promise.all(left.map(({ id }) => operator.call(deleteEndpointRoute, { params: { id } })))
  return left.length
}

const isHere = (url: string) => new URL(url).hostname === '127.0.0.1'
