import { Argument } from 'commander'
import { drainEndpointRoute, undrainEndpointRoute } from '../../shared/api/endpoints.ts'
import type { Answer } from '../lib/client.ts'
import { type ClientOptions, clientCommand, connect, show } from '../lib/command.ts'

const endpointId = new Argument('<endpoint>', 'its id, as `fairlead status` shows it')

export const drainCommand = () =>
  clientCommand('drain')
    .description('take an endpoint out of service; running requests finish (operators)')
    .addArgument(endpointId)
    .action(async (id: string, options: ClientOptions) => {
      const { client } = connect(options, 'operator')
      show(options, await client.call(drainEndpointRoute, { params: { id } }), describeDrained)
    })

export const undrainCommand = () =>
  clientCommand('undrain')
    .description('use a drained endpoint again (operators)')
    .addArgument(endpointId)
    .action(async (id: string, options: ClientOptions) => {
      const { client } = connect(options, 'operator')
      show(
        options,
        await client.call(undrainEndpointRoute, { params: { id } }),
        ({ id }) => `${id} takes requests again.`,
      )
    })

function describeDrained({ id, live }: Answer<typeof drainEndpointRoute>): string {
  if (live === null) return `${id} gets no new requests; how many are running is not known.`
  return live.inFlight === 0
    ? `${id} gets no new requests, and none is running.`
    : `${id} gets no new requests; ${live.inFlight} still running.`
}
