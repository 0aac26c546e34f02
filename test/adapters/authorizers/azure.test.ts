import { describe, expect, it } from 'vitest'
import { azureAuthorizer } from '../../../shared/adapters/authorizers/azure.ts'
import { authorizerContract } from '../../contract/authorizer.ts'
import { startGate } from '../../doubles/gate.ts'
import { stageOrigin } from '../../doubles/stage.ts'
import { ENTRA_SECRET, startEntra } from '../../doubles/tokens.ts'

const scope = 'https://cognitiveservices.azure.com/.default'
const at = (secret: unknown) =>
  azureAuthorizer({
    secret: { name: 'ORIGIN_AZURE', value: JSON.stringify(secret) },
    scope,
    now: Date.now,
    fetch,
  })

describe('Authorizer contract: azure', () =>
  authorizerContract(async () => {
    const entra = await startEntra(scope)
    const { url, close } = await startGate(await stageOrigin({}), entra.admit)
    const clientSecret = 'the-wrong-client-secret'
    return {
      url,
      close: async () => void (await Promise.all([close(), entra.close()])),
      authorizer: at({ ...ENTRA_SECRET, authority: entra.url }),
      impostor: at({ ...ENTRA_SECRET, authority: entra.url, clientSecret }),
      secrets: [clientSecret, ENTRA_SECRET.clientSecret],
    }
  }))

it('a tenant cannot lead the secret to another place', () => {
  expect(() => at({ ...ENTRA_SECRET, tenantId: '../evil' })).toThrow(
    /Worker secret ORIGIN_AZURE must be JSON like/,
  )
})
