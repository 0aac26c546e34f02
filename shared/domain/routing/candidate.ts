import { type EndpointRecord, EXTRACTIVE } from '../endpoint.ts'
import { uniform } from './affinity.ts'
import { type Estimate, emptyEstimate, estimate } from './estimate.ts'
import type { RoutingPolicy } from './policy.ts'
import type { Row } from './prepare.ts'
import type { RoutingRequest } from './request.ts'
import { type Presence, type Scored, type Standing, scoreOf, standingOf } from './score.ts'
import type { Basis } from './speed.ts'

/** An endpoint that may serve, and what the choice knew of it. Times in whole milliseconds, money in whole nano-dollars. */
export type Candidate = {
  readonly endpoint: EndpointRecord
  /** To be reserved. */
  readonly worstCaseNanoUsd: number
  readonly expectedNanoUsd: number
  readonly predictedMs: number
  /** Expected once a slot is there. */
  readonly firstTokenMs: number
  /** The attempt is ended after this long. */
  readonly deadlineMs: number
  readonly terms: Terms
}

/** Why a candidate stands where it stands. */
export type Terms = {
  /** Lower is better; only differences mean something. */
  readonly score: number
  readonly standing: Standing
  /** Where the times come from. */
  readonly basis: Basis
  readonly rttMs: number
  readonly queueMs: number
  readonly coldStartMs: number
  readonly timeToFirstTokenMs: number
  readonly outputMs: number
  /** Part of the time to the first token that a cached beginning would save. */
  readonly prefillMs: number
  readonly quality: number
  /** In flight and waiting, this request included, over what it takes at once. */
  readonly load: number
}

/** The candidate as it is handed on, in whole numbers. */
export function candidateOf(
  request: RoutingRequest,
  row: Row,
  rttMs: number,
  policy: RoutingPolicy,
): Candidate {
  const made = estimate(request, row, rttMs, emptyEstimate())
  const { endpoint, basis } = row
  return {
    endpoint,
    worstCaseNanoUsd: made.worstCaseNanoUsd,
    expectedNanoUsd: made.expectedNanoUsd,
    predictedMs: made.predictedMs,
    firstTokenMs: made.rttMs + made.coldStartMs + made.timeToFirstTokenMs,
    deadlineMs: made.deadlineMs,
    terms: {
      score: scoreOf(policy.weights, scoredOf(row, made)),
      standing: standingOf(presenceOf(request, row, made), policy),
      basis,
      rttMs: made.rttMs,
      queueMs: made.queueMs,
      coldStartMs: made.coldStartMs,
      timeToFirstTokenMs: made.timeToFirstTokenMs,
      outputMs: made.outputMs,
      prefillMs: made.prefillMs,
      quality: endpoint.quality,
      load: made.load,
    },
  }
}

export const scoredOf = (
  { shortfall }: Pick<Row, 'shortfall'>,
  {
    expectedNanoUsd,
    predictedMs,
    outputMs,
  }: Readonly<Pick<Estimate, 'expectedNanoUsd' | 'predictedMs' | 'outputMs'>>,
): Scored => ({
  shortfall,
  expectedNanoUsd,
  predictedMs,
  untilFirstMs: predictedMs - outputMs,
})

/** How an endpoint stands for this request: near-full and ramping endpoints take a share of the requests, drawn by the request's random number. */
export function presenceOf(
  { random, nowMs }: Pick<RoutingRequest, 'random' | 'nowMs'>,
  { closedUntilMs, admitShare, hash }: Row,
  { load, queueMs, coldStartMs }: Readonly<Pick<Estimate, 'load' | 'queueMs' | 'coldStartMs'>>,
): Presence {
  const chance = chanceOf(random, hash)
  return { isClosed: closedUntilMs > nowMs || chance >= admitShare, load, queueMs, coldStartMs, chance }
}

/** 0 < chance < 1: the same for the same request and endpoint. */
export const chanceOf = (random: number, hash: number): number => uniform((random * 2 ** 32) | 0, hash)

/** The quoting answerer as a candidate: it costs nothing, waits for nobody, and is asked when nobody else can answer. */
export const quotingCandidate = (deadlineMs: number): Candidate => ({
  endpoint: EXTRACTIVE,
  worstCaseNanoUsd: 0,
  expectedNanoUsd: 0,
  predictedMs: 0,
  firstTokenMs: 0,
  deadlineMs,
  terms: {
    score: 0,
    standing: 'ready',
    basis: 'nominal',
    rttMs: 0,
    queueMs: 0,
    coldStartMs: 0,
    timeToFirstTokenMs: 0,
    outputMs: 0,
    prefillMs: 0,
    quality: 0,
    load: 0,
  },
})
