import { Command } from 'commander'
import { apiClient, type Client } from './client.ts'
import { type Role, resolveTarget } from './target.ts'
import { print } from './terminal.ts'

export type ClientOptions = {
  readonly url?: string
  readonly key?: string
  readonly state?: string
  readonly json?: boolean
}
/** Aborts with the first Ctrl-C or SIGTERM; work that is awaited with it ends cleanly. */
export type Connection = { readonly client: Client; readonly signal: AbortSignal }

/** A command that talks to a platform. */
export const clientCommand = (name: string) =>
  new Command(name)
    .option('--url <address>', 'address of the platform')
    .option('--key <key>', 'API key')
    .option('--state <folder>', 'folder of the platform, where it was started with --state')
    .option('--json', 'print JSON and nothing else')

export function connect(options: ClientOptions, role: Role = 'tenant'): Connection {
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort())
  const target = resolveTarget(options, process.env, process.cwd(), role)
  return { client: apiClient(target, interrupted.signal), signal: interrupted.signal }
}

/** On stdout, for a program as it came, for a person in words. */
export const show = <T>({ json }: ClientOptions, value: T, describe: (value: T) => string): void =>
  print(json ? JSON.stringify(value) : describe(value))
