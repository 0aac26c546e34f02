import { describe, expect, it } from 'vitest'
import { chatEvents } from '../../shared/http/chat-completions/answer.ts'
import { readChunk } from '../../shared/http/chat-completions/chunk.ts'
import { collect } from '../contract/generator.ts'

const delta = (fields: object, finishReason: string | null = null) => ({
  choices: [{ index: 0, delta: fields, finish_reason: finishReason }],
})

describe('an object of an answer', () => {
  it.each<[object, string]>([
    [{ error: { message: 'CUDA error', type: 'InternalServerError', code: 500 } }, 'upstream_unavailable'],
    [{ error: { message: 'busy', code: 429 } }, 'upstream_unavailable'],
    [{ error: { message: 'bad "tools"', type: 'BadRequestError', code: 400 } }, 'invalid_request'],
    [{ error: { message: 'maximum context length is 10 tokens', code: 400 } }, 'context_length_exceeded'],
    [{ error: { message: 'overloaded', code: 'server_overloaded' } }, 'upstream_unavailable'],
    [{ error: 'CUDA is not available' }, 'upstream_unavailable'],
    [{ object: 'error', message: 'maximum context length is 10', code: 400 }, 'context_length_exceeded'],
    [{ error: { code: 500 } }, 'upstream_rejected'],
    [{ choices: 'none' }, 'upstream_rejected'],
    [[], 'upstream_rejected'],
  ])('that is an error is one: %o is %s', (body, code) => {
    expect(() => readChunk(body)).toThrow(expect.objectContaining({ code }))
  })

  it('an error that is null is none', () => {
    expect(readChunk({ ...delta({ content: 'a' }), error: null }).chunk?.text).toBe('a')
  })

  it('keeps what it does not know, such as tool calls and reasoning, and another model’s name', () => {
    const fields = { tool_calls: [{ index: 0, function: { arguments: '{"a' } }], reasoning_content: 'hm' }
    const { chunk } = readChunk({ ...delta(fields), model: 'another', x: 1 })
    expect(chunk).toMatchObject({ text: '', raw: { model: 'another', x: 1, choices: [{ delta: fields }] } })
  })
})

describe('an answer', () => {
  async function* bodies(...given: readonly unknown[]) {
    yield* given
  }

  it('that ends within a tool call is broken off', async () => {
    const half = delta({ tool_calls: [{ index: 0, function: { arguments: '{"place": "ha' } }] })
    await expect(collect(chatEvents(bodies(half), { maxTokens: 9 }))).rejects.toMatchObject({
      code: 'upstream_unavailable',
    })
  })

  it('tells a running total once, as it was in the end', async () => {
    const counted = (count: number) => ({ usage: { prompt_tokens: 3, completion_tokens: count } })
    const said = [
      { ...delta({ content: 'a' }), ...counted(1) },
      { ...delta({ content: 'b' }, 'stop'), ...counted(2) },
    ]
    expect((await collect(chatEvents(bodies(...said), { maxTokens: 9 }))).slice(2)).toEqual([
      { type: 'usage', usage: { promptTokens: 3, completionTokens: 2 } },
    ])
  })
})
