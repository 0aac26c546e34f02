import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { headersAuthorizer } from '../../../shared/adapters/authorizers/headers.ts'
import { openaiCompatibleGenerator } from '../../../shared/adapters/generators/openai-compatible.ts'
import { runpodGenerator } from '../../../shared/adapters/generators/runpod.ts'
import {
  collect,
  generationRequest,
  generatorContract,
  originContract,
  textOf,
} from '../../contract/generator.ts'
import { type Runpod, startRunpod } from '../../doubles/runpod.ts'
import { breakOrigin, stageOf, stageOrigin } from '../../doubles/stage.ts'

const apiKey = 'rpa'
const upstream = (url: string, key = apiKey) => ({
  url,
  authorizer: headersAuthorizer({ authorization: `Bearer ${key}` }),
  fetch,
})
const at = (url: string, key?: string) => runpodGenerator(upstream(url, key))

describe('RunPod’s queue', () => {
  let runpod: Runpod
  beforeAll(async () => {
    runpod = await startRunpod(await stageOrigin({ answer: 'two miles off the mole' }), {
      apiKey,
      queueMs: 300,
    })
  })
  afterAll(() => runpod.close())
  const run = async (rest = {}) =>
    collect(await at(runpod.url).generate(generationRequest(rest), new AbortController().signal))

  describe('Generator contract', () => generatorContract(() => at(runpod.url)))

  it('hands vLLM its own body, and lets no job live for ever', async () => {
    await run({ continuation: 'The pilot' })
    expect(runpod.jobs.at(-1)?.body).toMatchObject({
      openai_route: '/v1/chat/completions',
      openai_input: { model: 'test/model', max_tokens: 64, stream: true, continue_final_message: true },
    })
    expect(runpod.jobs.at(-1)?.policy).toEqual({ executionTimeout: 600_000, ttl: 900_000 })
  })

  it('looks at a waiting job ever less often', async () => {
    await run()
    const { looks = 0, status } = runpod.jobs.at(-1) ?? {}
    expect(status).toBe('COMPLETED')
    expect(looks).toBeGreaterThan(1)
    expect(looks).toBeLessThan(8)
  })

  it('goes on when a look fails now and then', async () => {
    runpod.script('flaky-polls')
    expect(textOf(await run())).toBe('two miles off the mole')
  })

  it('a job that ran out of its time is a timeout', async () => {
    runpod.script('timeout')
    await expect(run()).rejects.toMatchObject({ code: 'upstream_timeout' })
  })

  it('a job that has ended is not cancelled', async () => {
    await run()
    await run({ stream: false })
    expect(runpod.jobs.slice(-2).map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED'])
  })
})

describe('origin contract: runpod', () =>
  originContract(async (script) => {
    const runpod = await startRunpod(await stageOrigin(script), { apiKey })
    return stageOf(
      runpod,
      ({ url = runpod.url, key } = {}) => at(url, key),
      (fault) => (fault === 'cut' ? breakOrigin(runpod.origin, fault) : runpod.script(fault)),
    )
  }))

describe('origin contract: RunPod’s OpenAI route', () =>
  originContract(async (script) => {
    const runpod = await startRunpod(await stageOrigin(script), { apiKey })
    const route = `${runpod.url}/openai/v1`
    return stageOf(runpod, ({ url = route, key } = {}) => openaiCompatibleGenerator(upstream(url, key)))
  }))
