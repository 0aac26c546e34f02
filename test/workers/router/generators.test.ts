import { afterAll, describe, expect, it } from 'vitest'
import type { EndpointAuth, EndpointKind } from '../../../shared/domain/endpoint.ts'
import { generators } from '../../../workers/router/generators.ts'
import { collect, generationRequest, textOf } from '../../contract/generator.ts'
import { AWS_SECRET, checkAwsSignature } from '../../doubles/aws.ts'
import { type Double, startGate } from '../../doubles/gate.ts'
import { MODAL_HEADERS, startModal } from '../../doubles/modal.ts'
import { startReplicate } from '../../doubles/replicate.ts'
import { startRunpod } from '../../doubles/runpod.ts'
import { stageOrigin } from '../../doubles/stage.ts'
import { startTogether } from '../../doubles/together.ts'
import { ENTRA_SECRET, serviceAccount, startEntra, startGoogle } from '../../doubles/tokens.ts'

const ANSWER = 'two miles off the mole'
const never = () => new AbortController().signal
const openings: { close(): Promise<void> }[] = []
const kept = async <T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T> => {
  const started = await starting
  openings.push(started)
  return started
}
afterAll(() => Promise.all(openings.map(({ close }) => close())))

const stage = () => stageOrigin({ answer: ANSWER })
const record = (kind: EndpointKind, url: string, auth: EndpointAuth, mtlsBinding: string | null = null) => ({
  kind,
  url,
  auth,
  mtlsBinding,
})
const using = (values: Readonly<Record<string, unknown>> = {}) =>
  generators({ named: (name) => values[name], now: Date.now })
const bearer: EndpointAuth = { type: 'bearer', secretName: 'ORIGIN_KEY' }

describe('every kind of endpoint is called with its proof', () => {
  const scope = 'https://cognitiveservices.azure.com/.default'
  type Case = { kind: EndpointKind; double: Double; auth: EndpointAuth; secrets: Record<string, string> }
  const cases: Record<string, () => Promise<Case>> = {
    async together() {
      const double = await kept(startTogether(await stage(), 'key'))
      return { kind: 'together', double, auth: bearer, secrets: { ORIGIN_KEY: 'key' } }
    },
    async runpod() {
      const double = await kept(startRunpod(await stage(), { apiKey: 'key' }))
      return { kind: 'runpod', double, auth: bearer, secrets: { ORIGIN_KEY: 'key' } }
    },
    async replicate() {
      const double = await kept(startReplicate(await stage(), 'key'))
      return { kind: 'replicate', double, auth: bearer, secrets: { ORIGIN_KEY: 'key' } }
    },
    async modal() {
      const double = await kept(startModal(await stage()))
      const secretNames = { 'Modal-Key': 'ORIGIN_MODAL_KEY', 'Modal-Secret': 'ORIGIN_MODAL_SECRET' }
      const { 'modal-key': key, 'modal-secret': secret } = MODAL_HEADERS
      const secrets = { ORIGIN_MODAL_KEY: key, ORIGIN_MODAL_SECRET: secret }
      return { kind: 'modal', double, auth: { type: 'headers', secretNames }, secrets }
    },
    async 'Bedrock, signed'() {
      const double = await kept(startGate(await stage(), checkAwsSignature('us-west-2', 'bedrock', Date.now)))
      const auth = { type: 'aws', secretName: 'ORIGIN_AWS', region: 'us-west-2', service: 'bedrock' } as const
      return { kind: 'openai-compatible', double, auth, secrets: { ORIGIN_AWS: JSON.stringify(AWS_SECRET) } }
    },
    async 'Vertex AI, with a token of a service account'() {
      const google = await kept(startGoogle())
      const double = await kept(startGate(await stage(), google.admit))
      const secrets = { ORIGIN_GCP: JSON.stringify(serviceAccount(`${google.url}/token`)) }
      return { kind: 'openai-compatible', double, auth: { type: 'gcp', secretName: 'ORIGIN_GCP' }, secrets }
    },
    async 'Azure, with a token of Entra'() {
      const entra = await kept(startEntra(scope))
      const double = await kept(startGate(await stage(), entra.admit))
      const secrets = { ORIGIN_AZURE: JSON.stringify({ ...ENTRA_SECRET, authority: entra.url }) }
      return {
        kind: 'openai-compatible',
        double,
        auth: { type: 'azure', secretName: 'ORIGIN_AZURE', scope },
        secrets,
      }
    },
  }

  it.each(Object.entries(cases))('%s', async (_, prepare) => {
    const { kind, double, auth, secrets } = await prepare()
    const generator = using(secrets)(record(kind, double.url, auth))
    expect(textOf(await collect(await generator.generate(generationRequest(), never())))).toBe(ANSWER)
    const isHosted = ['aws', 'gcp', 'azure'].includes(auth.type)
    expect(double.origin.requests[0]?.body.max_completion_tokens).toBe(isHosted ? 64 : undefined)
  })
})

describe('equal connections', () => {
  it('share one generator, and with it one access token', async () => {
    const entra = await kept(startEntra('scope'))
    const gate = await kept(startGate(await stage(), entra.admit))
    const secrets = { ORIGIN_AZURE: JSON.stringify({ ...ENTRA_SECRET, authority: entra.url }) }
    const generatorFor = using(secrets)
    const auth = { type: 'azure', secretName: 'ORIGIN_AZURE', scope: 'scope' } as const
    for (let n = 0; n < 3; n += 1) {
      const generator = generatorFor(record('openai-compatible', gate.url, { ...auth }))
      await collect(await generator.generate(generationRequest(), never()))
    }
    expect(entra.issued).toHaveLength(1)
  })

  it('are no longer equal when anything of the registration changes', () => {
    const generatorFor = using()
    const plain = record('openai-compatible', 'http://h.example/v1', { type: 'none' })
    expect(generatorFor({ ...plain })).toBe(generatorFor(plain))
    expect(generatorFor({ ...plain, url: 'http://other.example/v1' })).not.toBe(generatorFor(plain))
    expect(generatorFor({ ...plain, auth: bearer })).not.toBe(generatorFor(plain))
    expect(generatorFor({ ...plain, kind: 'modal' })).not.toBe(generatorFor(plain))
  })
})

describe('what is not set up', () => {
  const refusalOf = async (values: Record<string, unknown>, ...given: Parameters<typeof record>) =>
    using(values)(record(...given))
      .generate(generationRequest(), never())
      .catch((error: unknown) => error)
  const url = 'http://127.0.0.1:9/v1'

  it('is said by name when the endpoint is used, not before', async () => {
    expect(await refusalOf({}, 'together', url, bearer)).toMatchObject({
      code: 'upstream_rejected',
      message: 'The Worker secret ORIGIN_KEY is not set',
    })
    const aws = { type: 'aws', secretName: 'ORIGIN_AWS', region: 'r', service: 's' } as const
    expect(
      await refusalOf({ ORIGIN_AWS: '{"accessKeyId":"AKIA"}' }, 'openai-compatible', url, aws),
    ).toMatchObject({
      code: 'upstream_rejected',
      message: expect.stringMatching(/ORIGIN_AWS must be JSON like/),
    })
    expect(await refusalOf({}, 'openai-compatible', url, { type: 'none' }, 'ORIGIN_CERT')).toMatchObject({
      code: 'upstream_rejected',
      message: 'The mTLS certificate binding ORIGIN_CERT is not set',
    })
  })

  it('an endpoint cannot name secrets and bindings of the platform', async () => {
    const values = { KEY_PEPPER: 'pepper', RAG: { fetch: () => Promise.reject(new Error('reached')) } }
    const named = await refusalOf(values, 'together', url, { type: 'bearer', secretName: 'KEY_PEPPER' })
    expect(named).toMatchObject({
      code: 'upstream_rejected',
      message: expect.stringMatching(/begin with ORIGIN_/),
    })
    expect(await refusalOf(values, 'together', url, { type: 'none' }, 'RAG')).toMatchObject({
      message: expect.stringMatching(/binding RAG cannot be used/),
    })
  })
})

it('an mTLS certificate’s own fetch is the one that is used', async () => {
  const origin = await kept(stage())
  const asked: string[] = []
  const certificate = {
    fetch(input: string, init: RequestInit) {
      asked.push(input)
      expect(this).toBe(certificate)
      return fetch(input, init)
    },
  }
  const generatorFor = using({ ORIGIN_CERT: certificate })
  const generator = generatorFor(record('openai-compatible', origin.url, { type: 'none' }, 'ORIGIN_CERT'))
  expect(textOf(await collect(await generator.generate(generationRequest(), never())))).toBe(ANSWER)
  expect(asked).toEqual([`${origin.url}/chat/completions`])
})

it('only engines that run the chat template themselves are asked to go on with an answer', () => {
  const generatorFor = using()
  const can = (kind: EndpointKind, auth: EndpointAuth = { type: 'none' }) =>
    generatorFor(record(kind, 'http://h.example/v1', auth)).canContinue
  expect(['openai-compatible', 'modal', 'runpod'].map((kind) => can(kind as EndpointKind))).toEqual([
    true,
    true,
    true,
  ])
  expect(['together', 'replicate', 'extractive'].map((kind) => can(kind as EndpointKind))).toEqual([
    false,
    false,
    false,
  ])
  expect(can('openai-compatible', { type: 'gcp', secretName: 'ORIGIN_GCP' })).toBe(false)
})
