import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { headersAuthorizer } from '../../../shared/adapters/authorizers/headers.ts'
import { modalGenerator } from '../../../shared/adapters/generators/modal.ts'
import {
  collect,
  generationRequest,
  generatorContract,
  originContract,
  textOf,
} from '../../contract/generator.ts'
import { MODAL_HEADERS, type Modal, startModal } from '../../doubles/modal.ts'
import { stageOf, stageOrigin } from '../../doubles/stage.ts'

const at = (url: string, secret = MODAL_HEADERS['modal-secret']) =>
  modalGenerator({ url, authorizer: headersAuthorizer({ ...MODAL_HEADERS, 'modal-secret': secret }), fetch })

describe('an engine at Modal', () => {
  let modal: Modal
  beforeAll(async () => {
    modal = await startModal(await stageOrigin({ answer: 'two miles off the mole' }))
  })
  afterAll(() => modal.close())
  const generate = (rest = {}) =>
    at(modal.url).generate(generationRequest(rest), new AbortController().signal)

  describe('Generator contract', () => generatorContract(() => at(modal.url)))

  it.each([true, false])(
    'waits through redirects to the result of a slow call (stream: %s)',
    async (stream) => {
      const before = modal.origin.requests.length
      modal.redirect(3)
      expect(textOf(await collect(await generate({ stream })))).toBe('two miles off the mole')
      // asked for once, however often it was looked for
      expect(modal.origin.requests.length).toBe(before + 1)
    },
  )

  it('does not wait for ever', async () => {
    modal.redirect(Number.POSITIVE_INFINITY)
    await expect(generate()).rejects.toMatchObject({ code: 'upstream_timeout' })
  })

  it('goes to no other host, whatever the redirect says', async () => {
    modal.script('elsewhere')
    await expect(generate()).rejects.toMatchObject({ code: 'upstream_rejected' })
  })

  it('a workspace without money is not a crowd: waiting does not help', async () => {
    modal.script('spent')
    await expect(generate()).rejects.toMatchObject({ code: 'upstream_rejected', details: { status: 402 } })
  })
})

describe('origin contract: modal', () =>
  originContract(async (script) => {
    const modal = await startModal(await stageOrigin(script))
    return stageOf(modal, ({ url = modal.url, key } = {}) => at(url, key))
  }))
