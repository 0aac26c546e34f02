import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { EXIT, Failure } from './failure.ts'

/** A platform and the key to use there. */
export type Target = { readonly url: string; readonly key: string }

/** `.fairlead/local.json`: what a platform started here tells the machine's own user. */
export const localFile = z.object({
  url: z.string(),
  apiKey: z.string(),
  adminKey: z.string(),
  tenant: z.string(),
  pid: z.int(),
})
export type LocalFile = z.infer<typeof localFile>

/** Null when there is none, or none that can be read as such. */
export function readLocalFile(stateDir: string): LocalFile | null {
  try {
    return localFile.parse(JSON.parse(readFileSync(join(stateDir, 'local.json'), 'utf8')))
  } catch {
    return null
  }
}

/** Whose key a command needs: a tenant's, or the operators' for what belongs to the whole platform. */
export type Role = 'tenant' | 'operator'
const KEYS = {
  tenant: { variable: 'FAIRLEAD_API_KEY', local: 'apiKey' },
  operator: { variable: 'FAIRLEAD_ADMIN_KEY', local: 'adminKey' },
} as const

type Given = {
  readonly url?: string | undefined
  readonly key?: string | undefined
  /** Folder of a platform that was started with `--state`. */
  readonly state?: string | undefined
}

/** Options first, then the environment, then the nearest `.fairlead/local.json`, whose key is never sent to another address. */
export function resolveTarget(options: Given, env: NodeJS.ProcessEnv, folder: string, role: Role): Target {
  if (options.state === undefined) return knownTarget(options, env, folder, role)
  return startedWith(resolve(folder, options.state), options, role)
}

function knownTarget(options: Given, env: NodeJS.ProcessEnv, folder: string, role: Role): Target {
  const given = options.url ?? env['FAIRLEAD_URL']
  const local = nearestLocalFile(folder)
  const url = given === undefined ? local?.url : addressOf(given)
  const { variable, local: name } = KEYS[role]
  if (url === undefined)
    throw new Failure(
      EXIT.usage,
      `No platform is known here. Start one with "npm start", name the folder of one that was started with --state, or set FAIRLEAD_URL and ${variable}.`,
    )
  const key = options.key ?? env[variable] ?? (local?.url === url ? local[name] : undefined)
  if (key === undefined)
    throw new Failure(EXIT.usage, `No key is known for ${url}. Set ${variable} or give --key.`)
  return { url, key }
}

function startedWith(stateDir: string, { url, key }: Given, role: Role): Target {
  if (url !== undefined)
    throw new Failure(EXIT.usage, '--state names a platform and its address; leave --url out')
  const file = readLocalFile(stateDir)
  if (file) return { url: file.url, key: key ?? file[KEYS[role].local] }
  throw new Failure(
    EXIT.usage,
    `--state: no platform was started with ${stateDir}. Name the folder that "npm start -- --state FOLDER" was given.`,
  )
}

function addressOf(text: string): string {
  if (URL.canParse(text)) return text.replace(/\/+$/, '')
  throw new Failure(EXIT.usage, `"${text}" is no address such as http://127.0.0.1:8787`)
}

function nearestLocalFile(folder: string): LocalFile | null {
  const stateDir = join(folder, '.fairlead')
  const found = existsSync(stateDir) ? readLocalFile(stateDir) : null
  const parent = dirname(folder)
  return found ?? (parent === folder ? null : nearestLocalFile(parent))
}
