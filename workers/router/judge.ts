import { EXTRACTIVE } from '../../shared/domain/endpoint.ts'
import type { CheckedClaim } from '../../shared/domain/grounding/claims.ts'
import {
  type Case,
  caseOf,
  type JudgedClaim,
  judgingPrompt,
  readVerdicts,
  type Verdict,
  verdictTokens,
  withVerdicts,
} from '../../shared/domain/judging.ts'
import { chooseMark } from '../../shared/domain/marking.ts'
import type { Ask, Asked } from './ask.ts'
import { askBeside, NO_JSON, type SideSpend } from './side-job.ts'

/** A judge has this long; after it the checks by words stand. */
const PATIENCE_MS = 5_000
/** Of the worst case, in which each byte is a token: a small model at $1 and $2 a million tokens stays below it, and takes a fraction of it. */
const DEFAULT_MAX_COST_USD = 0.04

export type Verification = {
  readonly judge?: boolean | undefined
  readonly maxJudgeCostUsd?: number | undefined
}

/** What a request asks for; null: nothing. */
export const wantedJudging = ({ judge, maxJudgeCostUsd }: Verification = {}): Ask['judging'] =>
  judge === true ? { maxCostUsd: maxJudgeCostUsd ?? DEFAULT_MAX_COST_USD } : null

export type Judging = {
  readonly call: Ask
  readonly asked: Asked
  readonly ask: (call: Ask) => Promise<Asked>
  readonly now: () => number
}

/** `judge` is null when none was asked for. */
type Judged = { readonly claims: readonly JudgedClaim[]; readonly judge: SideSpend | null }
type Verdicts = ReadonlyMap<number, Verdict>

const NOBODY: SideSpend = { endpoint: null, costNanoUsd: 0, failure: null }
const NO_VERDICTS: Verdicts = new Map()

/**
 * Lets a small model read the finished answer beside its passages, where that was asked for. Never fails: without it the claims stand as
 * their words were checked. Nobody is asked about an abstention or quoted passages, or where no verdict could tell anything.
 */
export async function judged(
  judging: Judging,
  answer: string,
  claims: readonly CheckedClaim[],
  isAbstention: boolean,
): Promise<Judged> {
  const { retrieved, session, template } = judging.asked
  if (judging.call.judging === null) return { claims: withVerdicts(claims, NO_VERDICTS), judge: null }
  const isSettled = isAbstention || session.endpoint === EXTRACTIVE
  // The marker of the answer's own prompt was known to the model that wrote the sentences.
  const marker = crypto.randomUUID().slice(0, 8)
  const sources = retrieved?.sources ?? []
  const texts = sources.flatMap(({ title, headings, text }) => [title, ...headings, text])
  const isMarked = template.marking === 'words'
  const mark = isMarked ? chooseMark([judging.call.question, answer, ...texts], marker) : null
  const open = isSettled ? null : caseOf(answer, claims, sources, mark)
  const { verdicts, ...judge } = open
    ? await verdictsOn(judging, open, { maxCostUsd: judging.call.judging.maxCostUsd, marker })
    : { verdicts: NO_VERDICTS, ...NOBODY }
  return { claims: withVerdicts(claims, verdicts), judge }
}

async function verdictsOn(
  { call, asked, ask, now }: Judging,
  open: Case,
  { maxCostUsd, marker }: { maxCostUsd: number; marker: string },
): Promise<SideSpend & { readonly verdicts: Verdicts }> {
  const unasked = (failure: string) => ({ ...NOBODY, verdicts: NO_VERDICTS, failure })
  if (open.sentences.length === 0) return unasked('the passages are too long for a judge')
  const leftMs = (call.requirements.maxLatencyMs ?? Infinity) - (now() - asked.startedMs)
  if (leftMs <= 0) return unasked('maxLatencyMs: the answer took all of it')
  const { text, ...spent } = await askBeside(ask, call, {
    name: 'judging',
    messages: judgingPrompt(call.question, open, marker),
    maxTokens: verdictTokens(open),
    maxCostUsd,
    maxLatencyMs: Math.min(PATIENCE_MS, leftMs),
    labels: asked.retrieved?.labels ?? [],
  })
  if (text === null) return { ...spent, verdicts: NO_VERDICTS }
  const verdicts = readVerdicts(text, open)
  return { ...spent, verdicts: verdicts ?? NO_VERDICTS, failure: verdicts ? null : NO_JSON }
}
