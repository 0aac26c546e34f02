import { awsAuthorizer } from '../../shared/adapters/authorizers/aws.ts'
import { azureAuthorizer } from '../../shared/adapters/authorizers/azure.ts'
import { gcpAuthorizer } from '../../shared/adapters/authorizers/gcp.ts'
import { headersAuthorizer } from '../../shared/adapters/authorizers/headers.ts'
import { extractiveGenerator } from '../../shared/adapters/generators/extractive.ts'
import { modalGenerator } from '../../shared/adapters/generators/modal.ts'
import { openaiCompatibleGenerator } from '../../shared/adapters/generators/openai-compatible.ts'
import { replicateGenerator } from '../../shared/adapters/generators/replicate.ts'
import { runpodGenerator } from '../../shared/adapters/generators/runpod.ts'
import { togetherGenerator } from '../../shared/adapters/generators/together.ts'
import type { EndpointAuth, EndpointRecord } from '../../shared/domain/endpoint.ts'
import { AppError } from '../../shared/errors.ts'
import type { Upstream } from '../../shared/http/upstream.ts'
import type { Authorizer } from '../../shared/ports/authorizer.ts'
import type { Generator } from '../../shared/ports/generator.ts'

type Surroundings = {
  /** A Worker secret or binding by its name. */
  readonly named: (name: string) => unknown
  readonly now: () => number
}
type Connection = Pick<EndpointRecord, 'kind' | 'url' | 'auth' | 'mtlsBinding'>

const MAX_KNOWN = 4_096
/** Endpoints may name nothing else: an endpoint must not be a way to send the platform's own secrets somewhere. */
const PREFIX = 'ORIGIN_'

/**
 * How each endpoint is talked to. Equal connections share one generator, and with it the access token that was fetched for it.
 * Never throws: what is wrong with a secret or a binding is said when the endpoint is used, so that others can answer instead.
 */
export function generators(surroundings: Surroundings): (endpoint: Connection) => Generator {
  const known = new Map<string, Generator>()
  return ({ kind, url, auth, mtlsBinding }) => {
    const connection = { kind, url, auth, mtlsBinding }
    const key = JSON.stringify(connection)
    const found = known.get(key)
    if (found) return found
    if (known.size >= MAX_KNOWN) known.clear()
    const made = generatorOf(connection, surroundings)
    known.set(key, made)
    return made
  }
}

function generatorOf({ kind, url, auth, mtlsBinding }: Connection, surroundings: Surroundings): Generator {
  if (kind === 'extractive') return extractiveGenerator()
  const upstream = {
    url,
    authorizer: orItsFailure(() => authorizerOf(auth, surroundings)),
    fetch: mtlsBinding === null ? globalThis.fetch : fetchThrough(mtlsBinding, surroundings),
  }
  return speaking(kind, upstream, auth)
}

function speaking(
  kind: Exclude<EndpointRecord['kind'], 'extractive'>,
  upstream: Upstream,
  auth: EndpointAuth,
): Generator {
  switch (kind) {
    case 'openai-compatible':
      return openaiCompatibleGenerator({ ...upstream, ...hosted(auth) })
    case 'together':
      return togetherGenerator(upstream)
    case 'modal':
      return modalGenerator(upstream)
    case 'runpod':
      return runpodGenerator(upstream)
    case 'replicate':
      return replicateGenerator(upstream)
  }
}

/** The hyperscalers' own APIs: they know OpenAI's newer name of the limit, and no fields of vLLM. */
function hosted({ type }: EndpointAuth) {
  const isHosted = type === 'aws' || type === 'gcp' || type === 'azure'
  return isHosted ? ({ canContinue: false, limitField: 'max_completion_tokens' } as const) : {}
}

function authorizerOf(auth: EndpointAuth, surroundings: Surroundings): Authorizer {
  const { now } = surroundings
  const secret = (name: string) => ({ name, value: secretValue(name, surroundings) })
  const { fetch } = globalThis
  switch (auth.type) {
    case 'none':
      return headersAuthorizer({})
    case 'bearer':
      return headersAuthorizer({ authorization: `Bearer ${secret(auth.secretName).value}` })
    case 'headers': {
      const values = Object.entries(auth.secretNames).map(([header, name]) => [header, secret(name).value])
      return headersAuthorizer(Object.fromEntries(values))
    }
    case 'aws':
      return awsAuthorizer({ ...auth, secret: secret(auth.secretName), now })
    case 'gcp':
      return gcpAuthorizer({ secret: secret(auth.secretName), now, fetch })
    case 'azure':
      return azureAuthorizer({ ...auth, secret: secret(auth.secretName), now, fetch })
  }
}

function secretValue(name: string, { named }: Surroundings): string {
  const value = ownName(name) ? named(name) : undefined
  if (typeof value === 'string' && value !== '') return value
  throw unset(name, 'Worker secret')
}

/** A binding under `mtls_certificates` has a fetch that presents its certificate. */
function fetchThrough(name: string, { named }: Surroundings): typeof globalThis.fetch {
  const binding = ownName(name) ? named(name) : undefined
  if (!hasFetch(binding)) return () => Promise.reject(unset(name, 'mTLS certificate binding'))
  return (input, init) => binding.fetch(input, init)
}

const ownName = (name: string) => name.startsWith(PREFIX)

function hasFetch(value: unknown): value is Pick<Fetcher, 'fetch'> {
  return typeof value === 'object' && value !== null && 'fetch' in value
}

function unset(name: string, what: string): AppError {
  const why = ownName(name) ? 'is not set' : `cannot be used: the names of endpoints begin with ${PREFIX}`
  return new AppError('upstream_rejected', `The ${what} ${name} ${why}`)
}

function orItsFailure(create: () => Authorizer): Authorizer {
  try {
    return create()
  } catch (thrown) {
    const error = AppError.from(thrown)
    return { authorize: () => Promise.reject(error) }
  }
}
