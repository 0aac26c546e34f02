/** What every server of the benchmark is asked: one prompt of about a kilobyte, answered in twenty tokens. */
export const BENCH_MODEL = 'bench-7b'
export const STREAMED_TOKENS = 20

export const MODES = ['plain', 'streamed'] as const
export type Mode = (typeof MODES)[number]

const passage =
  'The lease of a slot ends when the answer ends, when the client leaves, or when its time is over. '

export function requestBody(mode: Mode): string {
  return JSON.stringify({
    model: BENCH_MODEL,
    messages: [
      { role: 'system', content: passage.repeat(8) },
      { role: 'user', content: 'When does a lease end?' },
    ],
    max_tokens: 64,
    temperature: 0,
    ...(mode === 'streamed' && { stream: true, stream_options: { include_usage: true } }),
  })
}

/** True when a server's answer is the upstream's, whole. */
export function isWholeAnswer(mode: Mode, text: string): boolean {
  const last = ` token${STREAMED_TOKENS - 1}`
  return (
    text.includes(last) &&
    (mode === 'plain' ? text.includes('"finish_reason"') : text.trimEnd().endsWith('data: [DONE]'))
  )
}
