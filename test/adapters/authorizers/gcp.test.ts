import { describe, expect, it } from 'vitest'
import { gcpAuthorizer } from '../../../shared/adapters/authorizers/gcp.ts'
import { authorizerContract } from '../../contract/authorizer.ts'
import { startGate } from '../../doubles/gate.ts'
import { stageOrigin } from '../../doubles/stage.ts'
import { otherKey, serviceAccount, startGoogle } from '../../doubles/tokens.ts'

const at = (keyFile: unknown) =>
  gcpAuthorizer({ secret: { name: 'ORIGIN_GCP', value: JSON.stringify(keyFile) }, now: Date.now, fetch })

describe('Authorizer contract: gcp', () =>
  authorizerContract(async () => {
    const google = await startGoogle()
    const { url, close } = await startGate(await stageOrigin({}), google.admit)
    const right = serviceAccount(`${google.url}/token`)
    const wrong = serviceAccount(`${google.url}/token`, otherKey())
    return {
      url,
      close: async () => void (await Promise.all([close(), google.close()])),
      authorizer: at(right),
      impostor: at(wrong),
      // no line of a key, and no signed assertion
      secrets: [...wrong.private_key.split('\n').slice(1, -2), 'assertion=', 'eyJ'],
    }
  }))

it('a key file that is damaged is told by the name of its secret', async () => {
  const damaged = {
    ...serviceAccount('http://127.0.0.1:9'),
    private_key: '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----',
  }
  const request = { method: 'POST', url: 'http://127.0.0.1:9', headers: {}, body: '' } as const
  await expect(at(damaged).authorize(request, new AbortController().signal)).rejects.toMatchObject({
    code: 'upstream_rejected',
    message: 'The private_key in the Worker secret ORIGIN_GCP is damaged',
  })
  expect(() => at({ client_email: 'x' })).toThrow(
    /Worker secret ORIGIN_GCP must be JSON like a service account's key file/,
  )
})
