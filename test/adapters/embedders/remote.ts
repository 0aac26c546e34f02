import { headersAuthorizer } from '../../../shared/adapters/authorizers/headers.ts'
import type { RemoteOptions } from '../../../shared/http/embeddings/remote.ts'
import { builtIn } from '../../doubles/embeddings.ts'

/** Options of an embedder that asks this address; waits are as short as they can be. */
export const remoteOptions = (url: string, rest: Partial<RemoteOptions> = {}): RemoteOptions => ({
  url,
  name: 'double',
  provider: 'double',
  model: 'double',
  dimensions: 256,
  denseShare: 0.6,
  feedbackShare: 0.25,
  maxTokens: 512,
  truncates: false,
  batchSize: 32,
  nanoUsdPerKTok: 20_000,
  authorizer: headersAuthorizer({}),
  fetch: globalThis.fetch,
  countTokens: (text) => builtIn.count(text),
  random: () => 0,
  ...rest,
})
