import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Cell } from '../../../shared/domain/matrix/cells/cell.ts'
import { matrixCells } from '../../../shared/domain/matrix/cells/matrix.ts'
import { weightBytes } from '../../../shared/domain/matrix/model/deployment.ts'
import { MATRIX } from '../../../shared/domain/matrix/sources/sources.gen.ts'
import {
  alertEdge,
  FIRST_TOKEN_EDGES,
  startupFailureThreshold,
  TOKEN_EDGES,
} from '../../../shared/domain/matrix/words/vllm.ts'

it('alerts before a promise is broken, at the last bucket edge within it', () => {
  expect(alertEdge(FIRST_TOKEN_EDGES, 120, 300)).toBe(0.25)
  expect(alertEdge(TOKEN_EDGES, 12, 50)).toBe(0.05)
})

it('alerts beyond the promise where the expected value is already at the edge within it', () => {
  expect(alertEdge(FIRST_TOKEN_EDGES, 280, 300)).toBe(0.5)
  expect(alertEdge(FIRST_TOKEN_EDGES, 1_508, 2_000)).toBe(2.5)
})

it('only ever alerts on a bucket edge, beyond what is expected as long as there is one', () => {
  const ms = fc.double({ min: 0.1, max: 1_000_000, noNaN: true })
  fc.assert(
    fc.property(ms, ms, (expectedMs, promisedMs) => {
      const edge = alertEdge(FIRST_TOKEN_EDGES, expectedMs, promisedMs)
      expect(FIRST_TOKEN_EDGES).toContain(edge)
      expect(edge * 1_000).toBeGreaterThan(expectedMs)
    }),
  )
})

it('lets a startup probe fail through a first start without compiled graphs, and ten minutes at least', () => {
  // 16 s of process, 43 s of compiling, 27 s of profiling and 1,000 s of weights, half again, every ten seconds.
  expect(startupFailureThreshold(1_000e9, 1e9)).toBe(163)
  expect(startupFailureThreshold(3e9, 1e9)).toBe(60)
  fc.assert(
    fc.property(fc.integer({ min: 1e9, max: 2e12 }), fc.integer({ min: 1e8, max: 1e11 }), (bytes, rate) => {
      expect(startupFailureThreshold(bytes, rate) * 10).toBeGreaterThanOrEqual(
        Math.max(600, bytes / rate + 16 + 43 + 27),
      )
    }),
  )
})

/** The number after a flag or a word, without the commas. */
const numberAfter = (text: string, before: string): number =>
  Number(new RegExp(`${before} ([\\d,]+)`).exec(text)?.[1]?.replaceAll(',', ''))
const running = matrixCells().filter(({ verdict }) => verdict !== 'no')
const commandOf = ({ guidance }: Cell) => guidance.deployment[0] ?? ''
const limitOf = (cell: Cell) => numberAfter(commandOf(cell), '--max-num-seqs')

/** Which cells break a rule. */
const breaking = (of: readonly Cell[], keeps: (cell: Cell) => boolean) =>
  of.filter((cell) => !keeps(cell)).map(({ id }) => id)

describe('the command of a cell', () => {
  it('scales out before the limit on requests that its own command sets', () => {
    const scaledAt = (cell: Cell) => numberAfter(cell.guidance.scheduling.join('\n'), 'Scale out at')
    const standing = running.filter(({ level }) => level !== 'serverless')
    const crowd = standing.filter((cell) => limitOf(cell) > 1)
    expect(crowd.length).toBeGreaterThan(20)
    expect(breaking(crowd, (cell) => scaledAt(cell) === Math.floor(0.8 * limitOf(cell)))).toEqual([])
    const alone = standing.filter((cell) => limitOf(cell) === 1)
    const isByWaiting = ({ guidance }: Cell) =>
      guidance.scheduling.some((line) =>
        line.startsWith('Scale out when `vllm:num_requests_waiting_by_reason'),
      )
    expect(breaking(alone, isByWaiting)).toEqual([])
  })

  it('lets requests wait from the limit of its own command on', () => {
    const firstToWait = (cell: Cell) => numberAfter(cell.failureModes.join('\n'), '(?:Request|From)')
    expect(breaking(running, (cell) => firstToWait(cell) === limitOf(cell) + 1)).toEqual([])
    const alertsAt = ({ guidance }: Cell) =>
      numberAfter(guidance.observability.join('\n'), 'more at once than the')
    expect(breaking(running, (cell) => alertsAt(cell) === limitOf(cell))).toEqual([])
  })

  it('gives a first start without compiled graphs the time that it takes', () => {
    const isLongEnough = ({ guidance, plan, costs }: Cell) => {
      const provider = MATRIX.providers.find(({ name }) => name === costs[0]?.provider)
      const model = MATRIX.models.find(({ name }) => name === plan?.model)
      if (!model || !plan) return false
      const loadSeconds = weightBytes(model, plan.precision) / (provider?.loadBytesPerSecond ?? 1e9)
      const probeSeconds = 10 * numberAfter(guidance.deployment.join('\n'), 'failureThreshold')
      return probeSeconds >= Math.max(600, loadSeconds + 16 + 43 + 27)
    }
    expect(breaking(running, isLongEnough)).toEqual([])
  })

  it('gives the leader and the workers of several machines a command each', () => {
    const joined = running.filter(({ plan }) => (plan?.pipelineParallel ?? 1) > 1)
    expect(joined).not.toEqual([])
    for (const { guidance, plan } of joined) {
      const [leader, worker, ...others] = guidance.deployment.filter((line) => line.includes('vllm serve'))
      const shared = `--nnodes ${plan?.pipelineParallel} `
      const address = '--master-addr $LWS_LEADER_ADDRESS'
      expect(leader).toContain(shared)
      expect(leader).toMatch(/--node-rank 0 .*`$/)
      expect(leader).toContain(address)
      expect(leader).not.toContain('--headless')
      expect(worker).toContain(shared)
      expect(worker).toContain(`--node-rank $LWS_WORKER_INDEX ${address} --headless`)
      expect(others).toEqual([])
    }
  })
})
