import { describe, expect, it } from 'vitest'
import { awsAuthorizer } from '../../../shared/adapters/authorizers/aws.ts'
import { authorizerContract } from '../../contract/authorizer.ts'
import { AWS_SECRET, checkAwsSignature } from '../../doubles/aws.ts'
import { startGate } from '../../doubles/gate.ts'
import { stageOrigin } from '../../doubles/stage.ts'

const never = () => new AbortController().signal
const named = (value: unknown) => ({ name: 'ORIGIN_AWS', value: JSON.stringify(value) })
const at = (secret: unknown, region = 'us-west-2') =>
  awsAuthorizer({ secret: named(secret), region, service: 'bedrock', now: Date.now })

describe('Authorizer contract: aws', () =>
  authorizerContract(async () => {
    const gate = await startGate(await stageOrigin({}), checkAwsSignature('us-west-2', 'bedrock', Date.now))
    const wrong = 'the-wrong-secret-access-key'
    return {
      url: gate.url,
      close: gate.close,
      authorizer: at(AWS_SECRET),
      impostor: at({ ...AWS_SECRET, secretAccessKey: wrong }),
      secrets: [wrong, AWS_SECRET.secretAccessKey],
    }
  }))

describe('the signature', () => {
  const check = checkAwsSignature('us-west-2', 'bedrock', Date.now)
  const signed = async (url: string, body: string, region?: string) => {
    const request = { method: 'POST', url, headers: { 'content-type': 'application/json' }, body } as const
    const headers = await at(AWS_SECRET, region).authorize(request, never())
    const { host, pathname, search } = new URL(url)
    return { method: 'POST', path: pathname + search, headers: { ...headers, host }, body }
  }

  it.each(['https://h.example/openai/v1/chat/completions', 'https://h.example:8443/a%20b/ü/(x)?b=2&a=1&a=0'])(
    'covers the whole request: %s',
    async (url) => {
      const request = await signed(url, '{"a":1}')
      expect(check(request)).toBeNull()
      expect(check({ ...request, body: '{"a":2}' })).toMatchObject({ status: 403 })
      expect(check({ ...request, path: '/elsewhere' })).toMatchObject({ status: 403 })
      expect(check({ ...request, headers: { ...request.headers, host: 'evil.example' } })).toMatchObject({
        status: 403,
      })
    },
  )

  it('is good for its region only', async () => {
    expect(check(await signed('https://h.example/', '', 'eu-central-1'))).toMatchObject({ status: 403 })
  })
})

// The AWS Signature Version 4 test suite, in every SDK: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
describe('AWS’s published test vectors', () => {
  const now = () => Date.parse('2015-08-30T12:36:00Z')
  const { accessKeyId, secretAccessKey } = AWS_SECRET
  const authorizer = awsAuthorizer({
    secret: named({ accessKeyId, secretAccessKey }),
    region: 'us-east-1',
    service: 'service',
    now,
  })

  it.each([
    ['get-vanilla', 'GET', '/', {}, '', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
    ['post-vanilla', 'POST', '/', {}, '', '5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b'],
    [
      'get-vanilla-query-order-key-case',
      'GET',
      '/?Param2=value2&Param1=value1',
      {},
      '',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
    [
      'post-header-key-sort',
      'POST',
      '/',
      { 'my-header1': 'value1' },
      '',
      'c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c',
    ],
    [
      'post-header-value-case',
      'POST',
      '/',
      { 'my-header1': 'VALUE1' },
      '',
      'cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d',
    ],
    [
      'post-x-www-form-urlencoded',
      'POST',
      '/',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'Param1=value1',
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
  ] as const)('%s', async (_, method, path, headers, body, signature) => {
    const url = `https://example.amazonaws.com${path}`
    const { authorization, ...rest } = await authorizer.authorize({ method, url, headers, body }, never())
    const names = ['host', 'x-amz-date', ...Object.keys(headers)].toSorted().join(';')
    expect(authorization).toBe(
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=${names}, Signature=${signature}`,
    )
    expect(rest['x-amz-date']).toBe('20150830T123600Z')
  })
})

it.each(['no json', '{}', '{"accessKeyId": "AKID"}', '[]'])(
  'a secret that is %s is told by name and shape',
  (value) => {
    const create = () =>
      awsAuthorizer({ secret: { name: 'ORIGIN_AWS', value }, region: 'r', service: 's', now: Date.now })
    expect(create).toThrow(/^The Worker secret ORIGIN_AWS must be JSON like \{"accessKeyId"/)
    expect(create).not.toThrow(/AKID"/)
  },
)
