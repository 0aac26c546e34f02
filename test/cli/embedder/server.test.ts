import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import OpenAI from 'openai'
import { afterEach, describe, expect, it, test } from 'vitest'
import { type ServedModel, serveEmbeddings } from '../../../cli/embedder/server.ts'

const opened: { close(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => server.close()))
})

/** Counts words, and gives how many there are as the vector. */
const counting: ServedModel = {
  model: 'counting',
  dimensions: 1,
  maxTokens: 4,
  tokenizer: { encode: (text, maxTokens) => text.split(' ').slice(0, maxTokens).map(Number) },
  encode: async (batch) => batch.map(({ length }) => Float32Array.of(length)),
}

async function open(served: Partial<ServedModel> = {}) {
  const server = await serveEmbeddings({ ...counting, ...served }, 0)
  opened.push(server)
  const post = (body: unknown) =>
    fetch(`${server.url}/v1/embeddings`, { method: 'POST', body: JSON.stringify(body) })
  const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: 'any', maxRetries: 0 })
  return { url: server.url, post, client }
}

describe('the embedder as a server', () => {
  it('answers the OpenAI client in base64 and in floats, with the exact count of tokens', async () => {
    const { client } = await open()
    const input = ['1 2 3', '1', '1 2 3 4 5 6']
    for (const format of ['base64', 'float'] as const) {
      const body = { model: 'counting', input, encoding_format: format }
      const { data, usage, model } = await client.embeddings.create(body)
      const decoded = data.map(({ embedding }) =>
        typeof embedding === 'string'
          ? new Float32Array(Uint8Array.from(Buffer.from(embedding, 'base64')).buffer)[0]
          : embedding[0],
      )
      expect(decoded).toEqual([3, 1, 4])
      expect(data.map(({ index }) => index)).toEqual([0, 1, 2])
      expect(usage).toEqual({ prompt_tokens: 8, total_tokens: 8 })
      expect(model).toBe('counting')
    }
  })

  it('tells its model and its health', async () => {
    const { client, url } = await open()
    expect((await client.models.list()).data).toMatchObject([
      { id: 'counting', max_model_len: 4, truncates: true },
    ])
    const health: unknown = await (await fetch(`${url}/health`)).json()
    expect(health).toEqual({ status: 'ok', model: 'counting', waitingTexts: 0 })
  })

  it('refuses in OpenAI shape what it cannot read, and routes it does not have', async () => {
    const { client, url } = await open()
    const refused = client.embeddings.create({ model: 'counting', input: ['a', ''] })
    await expect(refused).rejects.toMatchObject({
      status: 400,
      param: 'input[1]',
      type: 'invalid_request_error',
    })
    const notJson = await fetch(`${url}/v1/embeddings`, { method: 'POST', body: '{' })
    expect(notJson.status).toBe(400)
    const missing = await fetch(`${url}/v1/chat/completions`)
    expect(missing.status).toBe(404)
    expect(await missing.text()).toContain('POST /v1/embeddings')
  })

  it('says to come back later while too many texts are waiting', async () => {
    const gate = Promise.withResolvers<void>()
    const { post } = await open({ encode: (batch) => gate.promise.then(() => counting.encode(batch)) })
    const many = Array.from({ length: 2_048 }, () => '1')
    const waiting = [1, 2, 3, 4].map(() => post({ model: 'counting', input: many }))
    let refused = await post({ model: 'counting', input: many, encoding_format: 'hex' })
    for (let i = 0; i < 8 && refused.status !== 429; i += 1) {
      const late = post({ model: 'counting', input: many })
      waiting.push(late)
      refused = await Promise.race([
        late,
        new Promise<Response>((done) => setTimeout(() => done(refused), 50)),
      ])
    }
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('1')
    gate.resolve()
    const statuses = await Promise.all(waiting.map(async (response) => (await response).status))
    expect(statuses.filter((status) => status === 200)).toHaveLength(4)
  })

  it('tells that the model failed, and serves the next request', async () => {
    const encode: ServedModel['encode'] = async (batch) => {
      if (batch[0]?.length === 2) throw new Error('out of memory')
      return counting.encode(batch)
    }
    const { post } = await open({ encode })
    const failed = await post({ model: 'counting', input: '1 2' })
    expect(failed.status).toBe(500)
    expect(await failed.text()).toContain('out of memory')
    expect((await post({ model: 'counting', input: '1' })).status).toBe(200)
  })
})

const root = resolve(import.meta.dirname, '../../..')
const folder = process.env['FAIRLEAD_MODEL_DIR'] ?? ''

function isRuntimeThere(): boolean {
  try {
    createRequire(join(resolve(process.env['FAIRLEAD_ONNXRUNTIME'] ?? root), 'package.json')).resolve(
      'onnxruntime-node',
    )
    return true
  } catch {
    return false
  }
}

/** The command in a process of its own, up to its ready line. */
async function start(...options: readonly string[]) {
  const args = ['--disable-warning=ExperimentalWarning', 'cli/main.ts', 'embedder', '--port', '0', ...options]
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<number | null>((done) => child.once('exit', done))
  opened.push({ close: async () => void (child.kill(), await ended) })
  const [line = ''] = await child.stdout.setEncoding('utf8').take(1).toArray()
  return { line: String(line), child, ended }
}

test.skipIf(!existsSync(join(folder, 'model.onnx')) || !isRuntimeThere())(
  'runs all-MiniLM-L6-v2 (absent unless FAIRLEAD_MODEL_DIR names it and onnxruntime-node is there)',
  async () => {
    const { line, child, ended } = await start('--model', folder, '--name', 'minilm')
    const [, baseURL] =
      /^ready (http:\/\/127\.0\.0\.1:\d+\/v1) model=minilm dimensions=384\n$/.exec(line) ?? []
    const client = new OpenAI({ baseURL: baseURL ?? '', apiKey: 'any', maxRetries: 0 })
    const input = ['A cat sits on the mat', 'Quarterly revenue grew by a tenth', 'A kitten rests on a rug']
    const { data, usage } = await client.embeddings.create({ model: 'minilm', input })
    const vectors = data.map(({ embedding }) => embedding)
    const cosine = (a: readonly number[] = [], b: readonly number[] = []) =>
      a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0)
    for (const vector of vectors) expect(cosine(vector, vector)).toBeCloseTo(1, 5)
    expect(cosine(vectors[0], vectors[2])).toBeGreaterThan(0.5)
    expect(cosine(vectors[0], vectors[1])).toBeLessThan(0.2)
    expect(usage.prompt_tokens).toBe(24)
    const [alone] = (await client.embeddings.create({ model: 'minilm', input: input[0] ?? '' })).data
    expect(cosine(alone?.embedding, vectors[0])).toBeGreaterThan(0.999)
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  },
  60_000,
)
