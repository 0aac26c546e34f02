import { migrate } from './migrate.ts'
import type { Runtime } from './runtime.ts'
import type { State } from './state.ts'
import { DEMO, ensureTenants, type LocalKeys } from './tenants.ts'

export type Address = LocalKeys & { readonly url: string; readonly tenant: string }

/** What a running platform needs before anyone can use it: its schema, its tenants, and a file that tells where it is. */
export async function furnish({ url, database }: Runtime, state: State): Promise<Address> {
  await migrate(database, state.dir)
  const keys = await ensureTenants(database, state.pepper, state.previous)
  const address = { url, ...keys, tenant: DEMO.id }
  state.publish({ ...address, pid: process.pid })
  return address
}
