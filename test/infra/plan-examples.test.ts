import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { planCommand, requirementsOf } from '../../cli/commands/plan.ts'
import { PLAN_EXAMPLES } from '../../infra/matrix/plan-examples.ts'
import { planPage } from '../../infra/matrix/plan-page.ts'
import type { Selection } from '../../shared/domain/matrix/cells/cell.ts'
import { matrixCells } from '../../shared/domain/matrix/cells/matrix.ts'
import { select } from '../../shared/domain/matrix/selection/select.ts'
import { parseConfiguration } from '../../shared/domain/matrix/sources/configuration.ts'
import { MATRIX } from '../../shared/domain/matrix/sources/sources.gen.ts'

const answers = new Map(
  PLAN_EXAMPLES.map(({ title, requirements }) => [title, select(matrixCells(), requirements)]),
)
function answerTo(title: string): Selection {
  const answer = answers.get(title)
  if (answer) return answer
  throw new Error(`there is no example "${title}"`)
}
const levelsOf = ({ ranked }: Selection) =>
  new Set(ranked.map(({ configuration }) => parseConfiguration(configuration)?.level))
const providerNamed = (name: string) => MATRIX.providers.find((provider) => provider.name === name)
const attestedBy = (name: string) => providerNamed(name)?.attestations.map(({ regime }) => regime) ?? []
const reasonsFor = ({ rejected }: Selection, configuration: string) =>
  rejected.find((one) => one.configuration === configuration)?.reasons.join(' ') ?? ''

describe('ten questions to the planner', () => {
  it('are ten, each with the command that asks it and on the page', () => {
    expect(PLAN_EXAMPLES).toHaveLength(10)
    const page = planPage(matrixCells(), MATRIX)
    for (const { title, options, requirements } of PLAN_EXAMPLES) {
      const command: Command = planCommand().exitOverride()
      command.action(() => {}).parse(options.split(' '), { from: 'user' })
      expect(requirementsOf(command.opts())).toEqual({ ...requirementsOf({}), ...requirements })
      expect(page).toContain(`## ${title}`)
    }
  })

  it('give the hospital providers with HIPAA on three levels, with enough replicas within the second', () => {
    const answer = answerTo('Hospital reasoning for 200 people')
    expect(levelsOf(answer)).toEqual(new Set(['hyperscaler', 'serverless', 'on_premises']))
    for (const { provider, plan, replicas, gpuCount } of answer.ranked) {
      expect(attestedBy(provider)).toContain('hipaa')
      expect(plan.timeToFirstTokenP99Ms.value).toBeLessThanOrEqual(1_000)
      expect(replicas).toBe(Math.ceil(200 / plan.sloConcurrency))
      expect(gpuCount).toBe(replicas * plan.gpuCount)
    }
  })

  it('give the contractor hyperscalers only, since no rack of ours holds FedRAMP', () => {
    const answer = answerTo('A government contractor with health data')
    expect(levelsOf(answer)).toEqual(new Set(['hyperscaler']))
    expect(attestedBy('nyc')).toContain('hipaa')
    expect(reasonsFor(answer, 'm.h100.on_premises')).toContain('does not attest fedramp')
  })

  it('keep everything in the building on sites of our own, those with the machines first', () => {
    const { ranked } = answerTo('Nothing leaves the building')
    expect(levelsOf(answerTo('Nothing leaves the building'))).toEqual(new Set(['on_premises']))
    expect(ranked[0]?.configuration).toBe('xl.h100.on_premises')
    expect(ranked[0]?.plan.pipelineParallel).toBe(2)
    const [first, ...others] = ranked.map(({ cost }) => cost.nanoUsdPerKTok)
    expect(Math.max(...others)).toBeLessThan(first ?? 0)
  })

  it('find a German region at a provider under GDPR, and tell region from regime', () => {
    const answer = answerTo('German residency under GDPR')
    expect(answer.ranked.length).toBeGreaterThan(0)
    for (const { provider, regions } of answer.ranked) {
      expect(attestedBy(provider)).toContain('gdpr')
      const known = providerNamed(provider)?.regions.filter(({ name }) => regions.includes(name)) ?? []
      expect(known.length).toBeGreaterThan(0)
      for (const { residency } of known) expect(residency).toContain('de')
    }
    expect(reasonsFor(answer, 'm.h100.gpu_native')).toMatch(/No region of \w+ .* keeps text in de/)
  })

  it('find two serverless machines for a frontier model, with a cold start of minutes', () => {
    const answer = answerTo("A frontier model without machines of one's own")
    expect(new Set(answer.ranked.map(({ configuration }) => configuration))).toEqual(
      new Set(['xl.b200.serverless', 'xl.h200.serverless']),
    )
    for (const { plan } of answer.ranked) {
      expect(plan.gpuCount).toBeLessThanOrEqual(8)
      expect(plan.pipelineParallel).toBe(1)
    }
    for (const { provider, cost, reasons } of answer.ranked) {
      expect(cost.coldStartMs).toBeGreaterThan(120_000)
      const scales = providerNamed(provider)?.billing.scalesToZero ?? false
      expect(reasons.join(' ').includes('Scaled to nothing')).toBe(scales)
    }
    expect(reasonsFor(answer, 'xl.h100.serverless')).toContain('promised 2,000 ms')
  })

  it('need the same replicas of L40S on every level, so that prices order the levels', () => {
    const { ranked } = answerTo('Five hundred chats on the smallest server GPU')
    expect(levelsOf(answerTo('Five hundred chats on the smallest server GPU')).size).toBe(4)
    expect(new Set(ranked.map(({ replicas }) => replicas)).size).toBe(1)
    const months = ranked.map(({ monthlyNanoUsd }) => monthlyNanoUsd)
    expect(months).toEqual(months.toSorted((a, b) => a - b))
  })

  it('have room for 131,072 tokens, which Qwen2.5-72B does not read', () => {
    const { ranked } = answerTo('Contracts of 100,000 tokens')
    expect(ranked.length).toBeGreaterThan(0)
    for (const { plan, reasons } of ranked) {
      expect(plan.maxContextTokens).toBeGreaterThanOrEqual(131_072)
      expect(reasons.join(' ')).toMatch(/one of 130,688 has room, and gets its first token after [\d.]+ s/)
      expect(plan.model).not.toContain('Qwen')
    }
  })

  it('run Llama where nothing else is approved, and cost more than without the wish', () => {
    const { ranked } = answerTo('Llama and nothing else')
    const free = new Map(select(matrixCells(), { tier: 'l' }).ranked.map((one) => [one.configuration, one]))
    expect(ranked.length).toBeGreaterThan(0)
    for (const { plan, configuration, cost } of ranked) {
      expect(plan.model).toBe('meta-llama/Llama-3.1-70B-Instruct')
      expect(cost.nanoUsdPerKTok).toBeGreaterThanOrEqual(free.get(configuration)?.cost.nanoUsdPerKTok ?? 0)
    }
  })

  it('stay within the price, which no hyperscaler does', () => {
    const answer = answerTo('Under a fiftieth of a cent')
    expect(answer.ranked.length).toBeGreaterThan(0)
    for (const { cost } of answer.ranked) expect(cost.nanoUsdPerKTok).toBeLessThanOrEqual(200_000)
    expect(levelsOf(answer)).not.toContain('hyperscaler')
    expect(reasonsFor(answer, 's.l40s.hyperscaler')).toContain('$0.0002 at most wanted')
  })

  it('do not promise what no GPU does', () => {
    const { ranked, rejected } = answerTo('Impossible on purpose')
    expect(ranked).toEqual([])
    expect(rejected).toHaveLength(24)
    const late = rejected.filter(({ reasons }) => reasons.join(' ').includes('promised 200 ms'))
    expect(late.length).toBeGreaterThan(15)
  })
})
