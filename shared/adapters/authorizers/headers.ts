import type { Authorizer } from '../../ports/authorizer.ts'

/** The same headers on every request: a bearer token, an API key, Modal's key and secret, or none at all. */
export function headersAuthorizer(proof: Readonly<Record<string, string>>): Authorizer {
  return { authorize: async ({ headers }) => ({ ...headers, ...proof }) }
}
