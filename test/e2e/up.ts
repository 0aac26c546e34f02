import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, onTestFinished, vi } from 'vitest'
import { apiClient, type Client } from '../../cli/lib/client.ts'
import { readLocalFile } from '../../cli/lib/target.ts'
import { PATIENCE } from './platform.ts'

/** A state folder of its own, gone after the test. */
export async function stateFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-state-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export type Up = {
  readonly child: ChildProcess
  readonly client: Client
  readonly operator: Client
  /** All that it wrote so far. */
  readonly said: () => string
}

/** `fairlead up` as a user runs it, once it is ready; killed after the test. */
export async function up(stateDir: string, ...options: readonly string[]): Promise<Up> {
  const command = [resolve(import.meta.dirname, '../../cli/main.ts'), 'up', '--no-handbook', ...options]
  const child = spawn(process.execPath, [...command, '--port', '0', '--state', stateDir])
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (said += part))
  child.stderr.setEncoding('utf8').on('data', (part: string) => (said += part))
  await vi.waitFor(() => {
    if (child.exitCode !== null) throw new Error(`it ended: ${said}`)
    expect(said).toContain('ready ')
  }, PATIENCE)
  const local = readLocalFile(stateDir)
  if (!local) throw new Error(`no local.json in ${stateDir}: ${said}`)
  const { url, apiKey, adminKey } = local
  return {
    child,
    client: apiClient({ url, key: apiKey }),
    operator: apiClient({ url, key: adminKey }),
    said: () => said,
  }
}
