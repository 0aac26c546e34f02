import { describe, expect, it } from 'vitest'
import { headersAuthorizer } from '../../../shared/adapters/authorizers/headers.ts'
import { togetherGenerator } from '../../../shared/adapters/generators/together.ts'
import { collect, generationRequest, generatorContract, originContract } from '../../contract/generator.ts'
import { stageOf, stageOrigin } from '../../doubles/stage.ts'
import { startTogether } from '../../doubles/together.ts'

const at = (url: string, key = 'tgp') =>
  togetherGenerator({ url, authorizer: headersAuthorizer({ authorization: `Bearer ${key}` }), fetch })

describe('Generator contract: together', async () => {
  const together = await startTogether(await stageOrigin({}), 'tgp')
  generatorContract(() => at(together.url))

  it('says stop where Together says eos, also in its own objects', async () => {
    for (const stream of [true, false]) {
      const events = await at(together.url).generate(
        generationRequest({ stream }),
        new AbortController().signal,
      )
      const last = (await collect(events)).findLast((event) => event.type === 'chunk')
      expect(last).toMatchObject({ finishReason: 'stop', raw: { choices: [{ finish_reason: 'stop' }] } })
    }
  })

  it('a key without permission is not a prompt that is too long', async () => {
    const forbidding = togetherGenerator({
      url: together.url,
      authorizer: headersAuthorizer({}),
      fetch: async () => Response.json({ error: { message: 'Forbidden' } }, { status: 403 }),
    })
    await expect(
      forbidding.generate(generationRequest(), new AbortController().signal),
    ).rejects.toMatchObject({
      code: 'upstream_rejected',
      details: { status: 403 },
    })
  })
})

describe('origin contract: together', () =>
  originContract(async (script) => {
    const together = await startTogether(await stageOrigin(script), 'tgp')
    return stageOf(together, ({ url = together.url, key } = {}) => at(url, key))
  }))
