import { extractAnswer } from '../../domain/extractive.ts'
import type { GenerationEvent, Generator } from '../../ports/generator.ts'

/**
 * Answers by quoting the best-supported sentences of the evidence, each with its citation. No model, no network.
 * Without evidence that overlaps the question it says nothing, which the caller reports as an abstention.
 */
export function extractiveGenerator(): Generator {
  return {
    name: 'extractive',
    canContinue: false,
    async generate({ evidence }) {
      const found = evidence ? extractAnswer(evidence.question, evidence.sources, evidence.synonyms) : null
      return quote(found?.answer ?? '')
    },
  }
}

async function* quote(answer: string): AsyncGenerator<GenerationEvent> {
  // Sentence by sentence, so that a streaming client sees the same rhythm as from a model.
  for (const text of answer.match(/[^\n]*?(?:\[\d+\]\s*)+|[^\n]+\n*|\n+/g) ?? [])
    yield { type: 'chunk', text, finishReason: null, raw: null }
  yield { type: 'chunk', text: '', finishReason: 'stop', raw: null }
}
