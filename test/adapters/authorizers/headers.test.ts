import { describe } from 'vitest'
import { headersAuthorizer } from '../../../shared/adapters/authorizers/headers.ts'
import { authorizerContract } from '../../contract/authorizer.ts'
import { startGate } from '../../doubles/gate.ts'
import { stageOrigin } from '../../doubles/stage.ts'

describe('Authorizer contract: headers', () =>
  authorizerContract(async () => {
    const { url, close } = await startGate(await stageOrigin({}), ({ headers }) =>
      headers['modal-key'] === 'wk' && headers['modal-secret'] === 'ws-secret'
        ? null
        : { status: 401, body: '' },
    )
    return {
      url,
      close,
      authorizer: headersAuthorizer({ 'modal-key': 'wk', 'modal-secret': 'ws-secret' }),
      impostor: headersAuthorizer({ 'modal-key': 'wk', 'modal-secret': 'ws-other' }),
      secrets: ['ws-secret', 'ws-other'],
    }
  }))
