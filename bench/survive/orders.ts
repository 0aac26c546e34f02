import { seededRandom } from '../../cli/fleet/seeded.ts'

/** A tenant's key, and what it may spend. */
export type Caller = { readonly tenantId: string; readonly key: string; readonly limitNanoUsd: number | null }

/** One request of the mix. */
export type Order = {
  readonly caller: number
  readonly path: '/v1/query' | '/v1/chat/completions'
  readonly body: unknown
  readonly isStreamed: boolean
  /** The client hangs up after so long; null: it stays to the end. */
  readonly leavesAfterMs: number | null
}

const QUESTIONS = [
  'How many days of leave does everyone have?',
  'When does the harbour pilot board a ship, and who tells the master?',
  'Compare the two ways of mooring in strong wind and explain which of them is safer, and why.',
  'What is 17 % of 2,350 tonnes, rounded to whole tonnes?',
  'Prove that the tide table cannot be computed from the moon alone, step by step, with all assumptions.',
]
const PRIORITIES = ['production-standard', 'batch', 'development'] as const
const TIERS = ['s', 'm', 'l', 'xl'] as const
export const COLLECTION = 'harbour'

/** The same mix for the same seed: chat and questions over documents, streamed or not, free or bound to a tier, some of whose clients leave. */
export function makeOrders(count: number, callers: number, seed: number): Order[] {
  const random = seededRandom(seed)
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)]
  return Array.from({ length: count }, (_, index) => {
    const isQuery = random() < 0.3
    const isStreamed = random() < 0.7
    const text = `${pick(QUESTIONS)} (${index})`
    const requirements = {
      priority: pick(PRIORITIES),
      ...(random() < 0.2 && { tier: pick(TIERS) }),
      ...(random() < 0.1 && { residency: ['eu'] }),
    }
    return {
      caller: Math.floor(random() * callers),
      path: isQuery ? '/v1/query' : '/v1/chat/completions',
      body: isQuery
        ? { question: text, collection: COLLECTION, stream: isStreamed, requirements }
        : {
            model: 'auto',
            messages: [{ role: 'user', content: text }],
            max_tokens: 48,
            stream: isStreamed,
            fairlead: { requirements },
          },
      isStreamed,
      leavesAfterMs: random() < 0.08 ? Math.floor(random() * 8_000) : null,
    }
  })
}
