import { expect, it } from 'vitest'
import type { Source } from '../../shared/domain/passage.ts'
import type { GenerationEvent, GenerationRequest, Generator } from '../../shared/ports/generator.ts'

const source: Source = {
  number: 1,
  documentId: 'harbour.md',
  version: 1,
  title: 'Harbour',
  start: 0,
  end: 52,
  text: 'The harbour pilot boards ships two miles off the mole.',
  headings: [],
  labels: [],
  score: 1,
}

export const generationRequest = (rest: Partial<GenerationRequest> = {}): GenerationRequest => ({
  requestId: crypto.randomUUID(),
  model: 'test-model',
  messages: [{ role: 'user', content: 'Where does the harbour pilot board ships?' }],
  maxTokens: 64,
  stream: true,
  parameters: {},
  evidence: { question: 'Where does the harbour pilot board ships?', sources: [source] },
  ...rest,
})

export async function collect(events: AsyncIterable<GenerationEvent>): Promise<GenerationEvent[]> {
  const collected: GenerationEvent[] = []
  for await (const event of events) collected.push(event)
  return collected
}

/** Every Generator adapter passes this unchanged, against a server that answers well. */
export function generatorContract(create: () => Promise<Generator> | Generator) {
  const run = async (request: GenerationRequest) =>
    collect(await (await create()).generate(request, new AbortController().signal))

  it.each([true, false])('says something and then why it stopped (stream: %s)', async (stream) => {
    const events = await run(generationRequest({ stream }))
    const chunks = events.filter((event) => event.type === 'chunk')
    expect(chunks.map(({ text }) => text).join('')).not.toBe('')
    expect(chunks.at(-1)?.finishReason).toBe('stop')
    expect(chunks.slice(0, -1).every(({ finishReason }) => finishReason === null)).toBe(true)
  })

  it('reports usage at most once, and after the last chunk', async () => {
    const types = (await run(generationRequest())).map(({ type }) => type)
    expect(types.filter((type) => type === 'usage').length).toBeLessThanOrEqual(1)
    expect(types.indexOf('usage') === -1 || types.indexOf('usage') === types.length - 1).toBe(true)
  })

  it('can be left in the middle', async () => {
    const events = await (await create()).generate(generationRequest(), new AbortController().signal)
    for await (const event of events) {
      expect(event.type).toBe('chunk')
      break
    }
  })
}
