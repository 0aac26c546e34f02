const QUESTION_WORDS = ['why', 'how', 'explain', 'analyze', 'compare'] as const
const TECHNICAL_TERMS = [
  'algorithm',
  'architecture',
  'implementation',
  'optimization',
  'performance',
  'latency',
  'throughput',
  'distributed',
  'parallel',
  'inference',
  'training',
  'model',
  'neural',
  'transformer',
] as const

const countContained = (text: string, words: readonly string[]) =>
  words.filter((word) => text.includes(word)).length
const countOccurrences = (text: string, part: string) => text.split(part).length - 1

/** The requirements document's heuristic, exactly: length, question words, technical terms and the number of parts. A baseline to beat. */
export function requirementsHeuristic(question: string): number {
  const text = question.toLowerCase()
  const score =
    Math.min(question.length / 500, 0.3) +
    0.1 * countContained(text, QUESTION_WORDS) +
    0.05 * countContained(text, TECHNICAL_TERMS) +
    0.15 * (countOccurrences(question, '?') + countOccurrences(question, ' and '))
  return Math.min(1, score)
}
