import OpenAI from 'openai'
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Origin, startOrigin } from '../../cli/fleet/origin.ts'
import type { EndpointAuth, EndpointKind } from '../../shared/domain/endpoint.ts'
import { checkAwsSignature } from '../doubles/aws.ts'
import { type Double, startGate } from '../doubles/gate.ts'
import { startModal } from '../doubles/modal.ts'
import { startReplicate } from '../doubles/replicate.ts'
import { startRunpod } from '../doubles/runpod.ts'
import { startTogether } from '../doubles/together.ts'
import { becomesIdle, type Caller, newTenant, PATIENCE, platform, register, unique } from './platform.ts'
import { ENTRA_SCOPE, VENDOR_KEY } from './vendor-secrets.ts'

let caller: Caller
beforeAll(async () => {
  caller = await newTenant()
})

type Vendor = {
  readonly kind: Exclude<EndpointKind, 'extractive'>
  readonly auth: EndpointAuth
  readonly start: (origin: Origin) => Promise<Double>
}
const bearer: EndpointAuth = { type: 'bearer', secretName: 'ORIGIN_E2E_KEY' }
const aws = { type: 'aws', secretName: 'ORIGIN_E2E_AWS', region: 'eu-west-1', service: 'bedrock' } as const
const modal = { 'Modal-Key': 'ORIGIN_E2E_MODAL_KEY', 'Modal-Secret': 'ORIGIN_E2E_MODAL_SECRET' }
/** An API that takes the tokens of a token endpoint by their look. */
const trusting = (pattern: RegExp) => (origin: Origin) =>
  startGate(origin, ({ headers }) =>
    pattern.test(headers.authorization ?? '') ? null : { status: 401, body: {} },
  )

const VENDORS: Readonly<Record<string, Vendor>> = {
  Together: { kind: 'together', auth: bearer, start: (origin) => startTogether(origin, VENDOR_KEY) },
  Modal: { kind: 'modal', auth: { type: 'headers', secretNames: modal }, start: startModal },
  RunPod: {
    kind: 'runpod',
    auth: bearer,
    start: (origin) => startRunpod(origin, { apiKey: VENDOR_KEY, queueMs: 50 }),
  },
  Replicate: { kind: 'replicate', auth: bearer, start: (origin) => startReplicate(origin, VENDOR_KEY) },
  Bedrock: {
    kind: 'openai-compatible',
    auth: aws,
    start: (origin) => startGate(origin, checkAwsSignature(aws.region, aws.service, Date.now)),
  },
  'Vertex AI': {
    kind: 'openai-compatible',
    auth: { type: 'gcp', secretName: 'ORIGIN_E2E_GCP' },
    start: trusting(/^Bearer ya29\.\d+$/),
  },
  Azure: {
    kind: 'openai-compatible',
    auth: { type: 'azure', secretName: 'ORIGIN_E2E_AZURE', scope: ENTRA_SCOPE },
    start: trusting(/^Bearer entra-\d+$/),
  },
}

/** A vendor with one model, registered for as long as the test runs. */
async function newVendor({ kind, auth, start }: Vendor, answer: string, tokenDelayMs: number) {
  const model = `e2e/${unique('model')}`
  const origin = await startOrigin({ model, answer, tokenDelayMs })
  const { url, close } = await start(origin)
  onTestFinished(close)
  const id = await register({ url, model, kind, auth })
  return { model, origin, id }
}

const client = () => new OpenAI({ baseURL: `${platform.url}/v1`, apiKey: caller.key, maxRetries: 0 })
const messages = [{ role: 'user' as const, content: 'Where does the pilot board?' }]

describe.each(Object.entries(VENDORS))('%s, from inside the Worker', (_, vendor) => {
  it('answers, streamed or whole, with what it counted', async () => {
    const { model } = await newVendor(vendor, 'two miles off the mole', 1)
    const whole = await client().chat.completions.create({ model, messages })
    expect(whole.choices[0]).toMatchObject({
      message: { content: 'two miles off the mole' },
      finish_reason: 'stop',
    })
    expect(whole.usage?.completion_tokens).toBe(5)
    const stream = await client().chat.completions.create({ model, messages, stream: true })
    let text = ''
    for await (const { choices } of stream) text += choices[0]?.delta.content ?? ''
    expect(text).toBe('two miles off the mole')
  })

  it('stops generating when the client has left', async () => {
    const { model, origin, id } = await newVendor(vendor, 'word '.repeat(2_000), 20)
    const stream = await client().chat.completions.create({
      model,
      messages,
      stream: true,
      max_tokens: 2_000,
    })
    for await (const _ of stream) break
    await vi.waitFor(() => expect(origin.requests[0]?.disconnected).toBe(true), PATIENCE)
    expect(origin.requests[0]?.tokenTimesMs.length).toBeLessThan(1_000)
    await becomesIdle(id)
  })
})
