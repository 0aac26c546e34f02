import type { EndpointRecord } from '../endpoint.ts'
import type { EndpointSnapshot } from '../fleet.ts'
import type { Deployment } from '../matrix/model/deployment.ts'
import { costNanoUsd } from '../money.ts'
import { type OwnLoad, ownLoad } from '../routing/own-load.ts'
import { coordinatesOf, roundTripMs } from '../routing/place.ts'
import { type PreparedFleet, prepareFleet } from '../routing/prepare.ts'
import { regionCoordinates } from '../routing/regions.ts'
import type { RoutingRequest } from '../routing/request.ts'
import { type Timeline, timeline } from './events.ts'
import { type Gate, simulatedGate } from './gate.ts'
import { simulatedOrigin, type Work } from './origin.ts'
import { type Arrival, type Caller, SHAPES } from './trace.ts'

/** How one isolate chooses; it may keep what it sees. */
export type Chooser = {
  /** Endpoint ids, best first. */
  choose(request: RoutingRequest, fleet: PreparedFleet): readonly string[]
  /** An answer of this endpoint began this long after it was asked. */
  onFirstToken?(endpointId: string, afterMs: number, nowMs: number): void
  onStarted?(endpointId: string): void
  onEnded?(endpointId: string): void
}

export type Scenario = {
  readonly origins: readonly { readonly endpoint: EndpointRecord; readonly deployment: Deployment }[]
  readonly callers: readonly Caller[]
  readonly arrivals: readonly Arrival[]
  readonly durationMs: number
  /** Isolates at each of the callers' places. */
  readonly isolatesAt: readonly number[]
  /** How often objects push, and how often an isolate reads. */
  readonly pushEveryMs: number
  readonly readEveryMs: number
  /** A provider's region that dies. */
  readonly lost: { readonly provider: string; readonly region: string; readonly atMs: number } | null
  readonly chooser: () => Chooser
}

/** What became of one request. */
export type Served = {
  readonly arrival: Arrival
  /** Null when it was refused. */
  readonly endpoint: EndpointRecord | null
  readonly timeToFirstTokenMs: number
  readonly timePerTokenMs: number
  readonly costNanoUsd: number
  /** Attempts at an origin that was dead. */
  readonly wasted: number
  /** Endpoints that had no slot when they were asked. */
  readonly refusals: number
}

export type Run = {
  readonly served: readonly Served[]
  /** Of machines that are paid by time. */
  readonly timeNanoUsd: number
  /** Largest and mean share of slots in use, seen ten times a second. */
  readonly load: { readonly meanOfMax: number; readonly mean: number }
}

const MAX_CANDIDATES = 6
const MAX_WAIT_MS = 5_000
/** Another endpoint's object is asked. */
const HOP_MS = 10
/** A dead origin is noticed. */
const CONNECT_MS = 1_000
const LOOK_EVERY_MS = 100

type Isolate = {
  readonly chooser: Chooser
  readonly own: OwnLoad
  readAtMs: number
  fleet: PreparedFleet
}

type World = {
  readonly scenario: Scenario
  readonly time: Timeline
  readonly gates: ReadonlyMap<string, Gate>
  pushed: ReadonlyMap<string, EndpointSnapshot>
  readonly served: Served[]
}

/** Plays the arrivals against the origins. The same scenario gives the same run. */
export function simulate(scenario: Scenario): Run {
  const time = timeline()
  const gates = new Map(
    scenario.origins.map(({ endpoint, deployment }) => {
      const origin = simulatedOrigin(endpoint, deployment, SHAPES[endpoint.tier ?? 'm'], time)
      return [endpoint.id, simulatedGate(origin, time)]
    }),
  )
  const world: World = { scenario, time, gates, pushed: new Map(), served: [] }
  const isolates = scenario.isolatesAt.map((count) =>
    Array.from({ length: count }, () => newIsolate(scenario)),
  )
  const load = watchLoad(world)
  every(time, scenario.pushEveryMs, scenario.durationMs, () => {
    world.pushed = new Map([...gates].map(([id, gate]) => [id, gate.snapshot()]))
  })
  for (const [index, arrival] of scenario.arrivals.entries()) {
    const near = isolates[arrival.place] ?? []
    const isolate = near[index % near.length]
    if (isolate) time.at(arrival.atMs, () => ask(world, isolate, arrival))
  }
  if (scenario.lost) time.at(scenario.lost.atMs, () => lose(world))
  // Those under way at the end are let finish.
  time.run(scenario.durationMs + 120_000)
  const timeNanoUsd = [...gates.values()].reduce(
    (sum, { origin }) => sum + (origin.endpoint.gpuNanoUsdPerSecond * origin.busyMs()) / 1_000,
    0,
  )
  return { served: world.served, timeNanoUsd, load: load() }
}

const newIsolate = ({ chooser }: Scenario): Isolate => ({
  chooser: chooser(),
  own: ownLoad(),
  readAtMs: Number.NEGATIVE_INFINITY,
  fleet: prepareFleet([], new Map(), ownLoad(), 0),
})

function every(time: Timeline, stepMs: number, untilMs: number, happen: () => void): void {
  const tick = () => {
    happen()
    if (time.nowMs() < untilMs) time.at(time.nowMs() + stepMs, tick)
  }
  time.at(0, tick)
}

function watchLoad({ time, gates, scenario }: World) {
  let looks = 0
  let sumOfMax = 0
  let sum = 0
  every(time, LOOK_EVERY_MS, scenario.durationMs, () => {
    const loads = [...gates.values()].map(({ origin }) => origin.inFlight() / origin.endpoint.maxConcurrency)
    looks += 1
    sumOfMax += Math.max(...loads)
    sum += loads.reduce((total, one) => total + one, 0) / loads.length
  })
  return () => ({ meanOfMax: sumOfMax / looks, mean: sum / looks })
}

function lose({ scenario, gates }: World): void {
  for (const { origin } of gates.values()) {
    const { provider, region } = origin.endpoint
    if (provider === scenario.lost?.provider && region === scenario.lost.region) origin.kill()
  }
}

/** What the isolate knows, read again when it is too old. */
function fleetOf({ scenario, time, pushed }: World, isolate: Isolate): PreparedFleet {
  const nowMs = time.nowMs()
  if (nowMs - isolate.readAtMs < scenario.readEveryMs) return isolate.fleet
  isolate.readAtMs = nowMs
  const endpoints = scenario.origins.map(({ endpoint }) => endpoint)
  isolate.fleet = prepareFleet(endpoints, pushed, isolate.own, nowMs)
  return isolate.fleet
}

/** A request on its way: what was tried, and when it first got an answer. */
type Journey = {
  readonly arrival: Arrival
  readonly isolate: Isolate
  readonly order: readonly string[]
  position: number
  firstFull: Gate | null
  wasted: number
  refusals: number
  firstTokenMs: number | null
}

function ask(world: World, isolate: Isolate, arrival: Arrival): void {
  const { time, scenario } = world
  const request: RoutingRequest = {
    tier: arrival.tier,
    isTierFixed: false,
    model: null,
    requirements: arrival.requirements,
    labels: [],
    estimatedPromptTokens: arrival.promptTokens,
    maxPromptTokens: 4 * arrival.promptTokens,
    maxTokens: arrival.maxTokens,
    totalMs: 120_000,
    place: scenario.callers[arrival.place]?.place ?? null,
    prefixKey: arrival.prefixKey,
    nowMs: time.nowMs(),
    random: arrival.random,
  }
  const order = isolate.chooser.choose(request, fleetOf(world, isolate)).slice(0, MAX_CANDIDATES)
  const nothing = { position: 0, firstFull: null, wasted: 0, refusals: 0, firstTokenMs: null }
  attempt(world, { arrival, isolate, order, ...nothing })
}

/** The next candidate; when all had their turn, a place in the queue of the first that was full. */
function attempt(world: World, journey: Journey): void {
  const { time, gates } = world
  const gate = gates.get(journey.order[journey.position] ?? '')
  journey.position += 1
  if (!gate) return stand(world, journey)
  const again = (afterMs: number) => time.at(time.nowMs() + afterMs, () => attempt(world, journey))
  const outcome = gate.tryStart(workAt(world, journey, gate))
  if (outcome === 'full') journey.firstFull ??= gate
  if (outcome === 'dead') {
    journey.wasted += 1
    time.at(time.nowMs() + CONNECT_MS, () => gate.failed())
    again(CONNECT_MS)
  } else if (outcome !== 'started') {
    journey.refusals += 1
    again(HOP_MS)
  }
}

function stand(world: World, journey: Journey): void {
  const { firstFull } = journey
  if (!firstFull) return refuse(world, journey)
  firstFull.enqueue(workAt(world, journey, firstFull), MAX_WAIT_MS, () => refuse(world, journey))
}

function refuse({ served }: World, { arrival, wasted, refusals }: Journey): void {
  served.push({
    arrival,
    endpoint: null,
    timeToFirstTokenMs: Number.POSITIVE_INFINITY,
    timePerTokenMs: Number.POSITIVE_INFINITY,
    costNanoUsd: 0,
    wasted,
    refusals,
  })
}

function workAt(world: World, journey: Journey, { origin }: Gate): Work {
  const { time, served } = world
  const { arrival, isolate } = journey
  const { endpoint } = origin
  const askedMs = time.nowMs()
  const { chooser, own } = isolate
  const rttMs = rttOf(world, arrival, endpoint)
  const ended = () => {
    own.ended(endpoint.id, time.nowMs())
    chooser.onEnded?.(endpoint.id)
  }
  return {
    promptTokens: arrival.promptTokens,
    outputTokens: arrival.outputTokens,
    prefixKey: arrival.prefixKey,
    onStarted() {
      own.started(endpoint.id, time.nowMs())
      chooser.onStarted?.(endpoint.id)
    },
    onFirstToken() {
      chooser.onFirstToken?.(endpoint.id, time.nowMs() - askedMs + rttMs, time.nowMs())
      journey.firstTokenMs ??= time.nowMs() + rttMs
    },
    onFinished() {
      ended()
      const atMs = time.nowMs() + rttMs
      const firstTokenMs = journey.firstTokenMs ?? atMs
      served.push({
        arrival,
        endpoint,
        timeToFirstTokenMs: firstTokenMs - arrival.atMs,
        timePerTokenMs: (atMs - firstTokenMs) / arrival.outputTokens,
        costNanoUsd: costNanoUsd(endpoint, arrival.promptTokens, arrival.outputTokens),
        wasted: journey.wasted,
        refusals: journey.refusals,
      })
    },
    onBroken() {
      ended()
      journey.wasted += 1
      attempt(world, journey)
    },
  }
}

function rttOf({ scenario }: World, { place }: Arrival, { provider, region }: EndpointRecord): number {
  const from = coordinatesOf(scenario.callers[place]?.place ?? null)
  return roundTripMs(from, regionCoordinates(provider, region))
}
