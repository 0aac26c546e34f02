import { extractAnswer } from '../../shared/domain/extractive.ts'
import { questionIn, sourcesIn } from './prompt-parts.ts'
import type { Answer } from './reply.ts'
import { hashOf } from './seeded.ts'
import { answerTokens, textOf } from './shapes.ts'
import { rewording, verdicts } from './side-answers.ts'

const SHORTEST_TOKENS = 48
const LONGEST_TOKENS = 240

const PROSE = `This is a simulated answer – its words mean nothing, but it comes as fast as a real one would.
The tokens are told one by one, as the model would generate them, and each of them is counted. A longer prompt takes longer to read, and
more requests at the same time make every one of them slower. When the answer reaches its end, the server says how many tokens it used.`
const PROSE_TOKENS = answerTokens(PROSE.replaceAll(/\s+/g, ' '))

/** Numbered words: easy to check, never the same twice. */
export const numberedWords =
  (count: number): Answer =>
  () =>
    Array.from({ length: count }, (_, index) => `word${index}`).join(' ')

/**
 * Judges and rewords where the prompt asks for that, else quotes the sources that the prompt holds, with their citations; without any,
 * prose of a length that depends on the prompt. The same on every origin.
 */
export const demoAnswer: Answer = ({ messages = [] }) => {
  const prompt = textOf(messages.at(-1)?.content)
  const rules = textOf(messages.find(({ role }) => role === 'system')?.content)
  return (
    verdicts(prompt) ??
    rewording(rules, prompt) ??
    quote(prompt) ??
    prose(hashOf(JSON.stringify(messages.map(({ content }) => content))))
  )
}

function quote(prompt: string): string | null {
  const sources = sourcesIn(prompt)
  if (sources.length === 0) return null
  const found = extractAnswer(questionIn(prompt), sources)
  return found?.answer ?? 'The sources do not contain the answer.'
}

function prose(seed: number): string {
  const count = SHORTEST_TOKENS + (seed % (LONGEST_TOKENS - SHORTEST_TOKENS))
  const repeated = Array.from(
    { length: count },
    (_, index) => PROSE_TOKENS[index % PROSE_TOKENS.length] ?? '',
  )
  return repeated.map((token) => token.trim()).join(' ')
}
