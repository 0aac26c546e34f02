/** A request as it is about to be sent; `headers` has lower-case names, `body` is what will go over the wire. */
export type OutgoingRequest = {
  readonly method: 'GET' | 'POST'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * Proves to an origin who is calling. Answers the request's headers with the proof added, for this one request; throws AppError
 * (upstream_rejected: the credentials are unusable, upstream_unavailable: they could not be fetched). No secret is ever part of an error.
 */
export interface Authorizer {
  authorize(request: OutgoingRequest, signal: AbortSignal): Promise<Readonly<Record<string, string>>>
}
