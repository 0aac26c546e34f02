import { z } from 'zod'
import { rememberedToken, requestToken } from '../../http/access-token.ts'
import { type NamedSecret, readSecretJson } from '../../http/secret-json.ts'
import type { Authorizer } from '../../ports/authorizer.ts'

type Options = {
  readonly secret: NamedSecret
  /** https://cognitiveservices.azure.com/.default for Azure OpenAI, https://ai.azure.com/.default for Foundry. */
  readonly scope: string
  readonly now: () => number
  readonly fetch: typeof globalThis.fetch
}

const SHAPE = '{"tenantId": "…", "clientId": "…", "clientSecret": "…"}, with "authority" for a national cloud'
const credentials = z.object({
  tenantId: z.string().regex(/^[A-Za-z0-9.-]+$/),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  authority: z.url({ protocol: /^https?$/ }).default('https://login.microsoftonline.com'),
})

/** Entra ID's client credentials: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
export function azureAuthorizer({ secret, scope, now, fetch }: Options): Authorizer {
  const { tenantId, clientId, clientSecret, authority } = readSecretJson(secret, credentials, SHAPE)
  const url = `${authority.replace(/\/+$/, '')}/${tenantId}/oauth2/v2.0/token`
  const form = {
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: clientSecret,
    scope,
  }
  const token = rememberedToken((signal) => requestToken({ url, form, fetch }, signal), now)
  return {
    authorize: async ({ headers }, signal) => ({
      ...headers,
      authorization: `Bearer ${await token(signal)}`,
    }),
  }
}
