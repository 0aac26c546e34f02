import { evictDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { newDesk } from '../../shared/domain/admission-desk.ts'
import { snapshotOf } from '../../shared/domain/admission-snapshot.ts'

const fleet = () => env.FLEETS.getByName(`fleet-${crypto.randomUUID()}`)
const snapshot = (endpointId: string, atMs = 1) => snapshotOf(newDesk(0), endpointId, atMs)
const ids = (read: { changed: readonly { endpointId: string }[] }) =>
  read.changed.map(({ endpointId }) => endpointId)

it('gives everything once, and then only what changed', async () => {
  const stub = fleet()
  for (const id of ['a', 'b']) await stub.push(snapshot(id))
  const first = await stub.read(0)
  expect([first.isWhole, ids(first)]).toEqual([true, ['a', 'b']])
  await stub.push(snapshot('b', 2))
  const next = await stub.read(first.version)
  expect([next.isWhole, ids(next)]).toEqual([false, ['b']])
  expect(ids(await stub.read(next.version))).toEqual([])
})

it('that was restarted makes its readers start anew', async () => {
  const stub = fleet()
  await stub.push(snapshot('a'))
  const { version } = await stub.read(0)
  await evictDurableObject(stub)
  await stub.push(snapshot('b'))
  const after = await stub.read(version)
  expect([after.isWhole, ids(after)]).toEqual([true, ['b']])
})
