// What another policy would have chosen: npm run policy:replay -- ANSWERS.jsonl POLICY
// ANSWERS.jsonl holds one answer of POST /v1/route a line; POLICY is free, pro, enterprise, or a JSON file with the fields of PUT /v1/policies/{name}
// (what it leaves out is the pro plan's).
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { tier } from '../../shared/api/common.ts'
import { policyRequest } from '../../shared/api/policies.ts'
import { routeExplanation } from '../../shared/api/route.ts'
import { REJECTIONS } from '../../shared/domain/routing/constraints.ts'
import { PLAN_POLICIES, PLANS, type RoutingPolicy } from '../../shared/domain/routing/policy.ts'
import { type Outcome, type RecordedDecision, replay } from '../../shared/domain/routing/replay.ts'
import { fillPolicy } from '../../shared/domain/routing/tenant-policy.ts'
import { table } from '../lib/table.ts'

const recorded = routeExplanation.extend({
  request: z.looseObject({
    tier,
    isTierFixed: z.boolean(),
    model: z.string().nullable(),
    prefixKey: z.string().nullable(),
    random: z.number().min(0).max(1),
  }),
  rejected: z.array(z.object({ endpoint: z.string(), reason: z.enum(REJECTIONS) })),
})

const [answersFile, policyName] = process.argv.slice(2)
if (!answersFile || !policyName) {
  console.error('usage: npm run policy:replay -- ANSWERS.jsonl free|pro|enterprise|POLICY.json')
  process.exit(2)
}
const result = replay(readAnswers(answersFile), readPolicy(policyName))
const { decisions, unroutable, movedShare, before, after, endpoints } = result
console.log(`${decisions} decisions, ${unroutable} that nobody would serve, ${percent(movedShare)} moved\n`)
console.log(table(['mean of a request', 'as recorded', policyName], outcomeRows(before, after)))
console.log('')
const rows = endpoints.map((one) => [one.endpoint, `${one.before}`, `${one.after}`])
console.log(table(['endpoint', 'as recorded', policyName], rows))

function readAnswers(file: string): RecordedDecision[] {
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return []
    const { data, error } = recorded.safeParse(parseJson(line, `${file}:${index + 1}`))
    if (data) return [data]
    throw new Error(`${file}:${index + 1} is no answer of POST /v1/route: ${z.prettifyError(error)}`)
  })
}

function readPolicy(name: string): RoutingPolicy {
  const plan = PLANS.find((known) => known === name)
  if (plan) return PLAN_POLICIES[plan]
  const { data, error } = policyRequest.safeParse(parseJson(readFileSync(name, 'utf8'), name))
  if (!data) throw new Error(`${name} is no policy: ${z.prettifyError(error)}`)
  return fillPolicy(
    'pro',
    Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined)),
  )
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error(`${where} is not JSON`, { cause })
  }
}

function outcomeRows(was: Outcome, would: Outcome): string[][] {
  const row = (name: string, of: (outcome: Outcome) => string) => [name, of(was), of(would)]
  return [
    row('expected $', ({ expectedNanoUsd }) => (expectedNanoUsd / 1e9).toFixed(6)),
    row('predicted ms', ({ predictedMs }) => predictedMs.toFixed(0)),
    row('quality', ({ quality }) => quality.toFixed(3)),
  ]
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
