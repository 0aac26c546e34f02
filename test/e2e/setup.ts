import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { startPlatform } from '../../cli/platform/start.ts'
import { setVendorSecrets } from './vendor-secrets.ts'

declare module 'vitest' {
  interface ProvidedContext {
    platform: { url: string; apiKey: string; adminKey: string; tenant: string; stateDir: string }
  }
}

/** One platform for every file, with the handbook in it; tests keep apart by tenant, collection and endpoint. */
export default async function setup({ provide }: TestProject) {
  const stateDir = await mkdtemp(join(tmpdir(), 'fairlead-e2e-'))
  const vendors = await setVendorSecrets()
  const { stop, ...reached } = await startPlatform({ port: 0, stateDir, quiet: true })
  provide('platform', { ...reached, stateDir })
  return async () => {
    await stop()
    await vendors.stop()
    await rm(stateDir, { recursive: true, force: true })
  }
}
