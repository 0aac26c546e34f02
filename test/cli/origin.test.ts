import { describe, expect, it, onTestFinished } from 'vitest'
import { startOrigin } from '../../cli/fleet/origin.ts'
import { EXIT } from '../../cli/lib/failure.ts'
import { describeOrigin, endpointId, parseOrigin, tierOfModel } from '../../cli/lib/origin.ts'

const neverAsked = () => Promise.reject(new Error('nobody should be asked'))

describe('--origin', () => {
  it('takes an address, and a model and a tier after commas', () => {
    expect(parseOrigin('http://127.0.0.1:8000/v1/')).toEqual({ url: 'http://127.0.0.1:8000/v1' })
    expect(parseOrigin('http://localhost:11434/v1, llama3.1, m')).toEqual({
      url: 'http://localhost:11434/v1',
      model: 'llama3.1',
      tier: 'm',
    })
    expect(parseOrigin('http://h/v1,,xl')).toEqual({ url: 'http://h/v1', tier: 'xl' })
  })

  it.each(['', '127.0.0.1:8000', 'ftp://h/v1', 'http://h/v1,model,huge', 'http://h/v1,model,m,more'])(
    'refuses "%s" as wrong usage',
    (value) => {
      expect(() => parseOrigin(value)).toThrow(expect.objectContaining({ exitCode: EXIT.usage }))
    },
  )

  it('takes the size in a model name for its tier', () => {
    const tiers = {
      'qwen3:0.6b': 's',
      'google/gemma-2-2b-it': 's',
      'meta-llama/Llama-3.1-8B-Instruct': 'm',
      'Mixtral-8x7B-Instruct-v0.1': 'l',
      'meta-llama/Llama-3.3-70B-Instruct': 'l',
      'Llama-3.1-405B': 'xl',
      'gpt-oss': 'm',
    }
    for (const [model, tier] of Object.entries(tiers))
      expect([model, tierOfModel(model)]).toEqual([model, tier])
  })

  it('makes the same id of the same server and model, which the API accepts', () => {
    const id = endpointId('http://127.0.0.1:8000/v1', 'meta-llama/Llama-3.1-8B-Instruct')
    expect(id).toBe('llama-3.1-8b-instruct-127.0.0.1-8000')
    expect(endpointId('http://h:1/v1', '_'.repeat(9) + 'x'.repeat(99))).toMatch(/^[a-z0-9][a-z0-9._-]{0,62}$/)
  })
})

describe('asking an origin what it serves', () => {
  it('takes the only model there is and its longest context', async () => {
    const origin = await startOrigin({ model: 'double-8b', contextTokens: 16_384 })
    onTestFinished(() => origin.close())
    const { request } = await describeOrigin({ url: origin.url }, neverAsked)
    expect(request).toMatchObject({ url: origin.url, model: 'double-8b', tier: 'm', contextTokens: 16_384 })
  })

  it('refuses a model that the server does not have, and says which it has', async () => {
    const origin = await startOrigin({ model: 'double-8b' })
    onTestFinished(() => origin.close())
    await expect(describeOrigin({ url: origin.url, model: 'other' }, neverAsked)).rejects.toThrow(
      `${origin.url} has no model "other"; it has double-8b`,
    )
  })

  it('says that nothing answers, and that a token is wanted', async () => {
    const origin = await startOrigin({ apiKey: 'secret' })
    await expect(describeOrigin({ url: origin.url }, neverAsked)).rejects.toMatchObject({
      exitCode: EXIT.refused,
    })
    await origin.close()
    await expect(describeOrigin({ url: origin.url }, neverAsked)).rejects.toMatchObject({
      exitCode: EXIT.unreachable,
      message: expect.stringContaining('ECONNREFUSED'),
    })
  })
})
