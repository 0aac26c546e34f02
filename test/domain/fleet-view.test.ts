import fc from 'fast-check'
import { expect, it } from 'vitest'
import { newDesk } from '../../shared/domain/admission-desk.ts'
import { snapshotOf } from '../../shared/domain/admission-snapshot.ts'
import { changesSince, newFleetView, pushAgainInMs, putSnapshot } from '../../shared/domain/fleet-view.ts'

const snapshot = (endpointId: string, atMs: number) => snapshotOf(newDesk(0), endpointId, atMs)

it('gives a reader who reads on exactly what it would see by reading everything', () => {
  const push = fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.nat(20))
  fc.assert(
    fc.property(fc.array(fc.array(push)), (rounds) => {
      const view = newFleetView(1)
      const copy = new Map<string, unknown>()
      let version = 0
      for (const round of rounds) {
        for (const [id, atMs] of round) putSnapshot(view, snapshot(id, atMs))
        const read = changesSince(view, version)
        if (read.isWhole) copy.clear()
        for (const changed of read.changed) copy.set(changed.endpointId, changed)
        version = read.version
        const whole = changesSince(view, 0)
        expect(new Map(whole.changed.map((one) => [one.endpointId, one]))).toEqual(copy)
      }
    }),
  )
})

it('gives only what changed', () => {
  const view = newFleetView(1)
  for (const id of ['a', 'b']) putSnapshot(view, snapshot(id, 1))
  const { version } = changesSince(view, 0)
  putSnapshot(view, snapshot('b', 2))
  const { isWhole, changed } = changesSince(view, version)
  expect([isWhole, changed.map(({ endpointId }) => endpointId)]).toEqual([false, ['b']])
})

it('keeps the newer of two snapshots that overtook each other', () => {
  const view = newFleetView(1)
  for (const atMs of [5, 4]) putSnapshot(view, snapshot('a', atMs))
  expect(changesSince(view, 0).changed).toMatchObject([{ atMs: 5 }])
})

it('gives everything to a reader who knows a version of an earlier or a later life', () => {
  const before = newFleetView(1_000)
  for (let atMs = 0; atMs < 50; atMs += 1) putSnapshot(before, snapshot('a', atMs))
  const after = newFleetView(1_001)
  putSnapshot(after, snapshot('b', 60))
  expect(changesSince(after, before.version).isWhole).toBe(true)
  expect(changesSince(before, after.version).isWhole).toBe(true)
})

it('asks its endpoints to push more seldom the more there are, so that together they stay below a thousand a second', () => {
  const view = newFleetView(1)
  putSnapshot(view, snapshot('a', 1))
  expect(pushAgainInMs(view)).toBe(250)
  for (let i = 0; i < 1_250; i += 1) putSnapshot(view, snapshot(`e${i}`, 1))
  expect(view.entries.size).toBeLessThanOrEqual(pushAgainInMs(view))
})
