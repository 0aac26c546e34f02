import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { EXIT, Failure, systemCode } from '../lib/failure.ts'
import { type LocalFile, readLocalFile } from '../lib/target.ts'

/** The folder with everything a platform must not forget. One platform at a time holds it. */
export type State = {
  readonly dir: string
  /** Secret that key hashes are made with. */
  readonly pepper: string
  /** Left by an earlier start, for the keys in it. */
  readonly previous: LocalFile | null
  readonly publish: (file: LocalFile) => void
  readonly release: () => void
}

const OWNER_ONLY = 0o600

export function openState(dir: string): State {
  try {
    makeFolder(dir)
    const release = lock(dir)
    const pepper = readOrCreate(join(dir, 'key-pepper'), () => randomBytes(32).toString('hex'))
    const publish = (file: LocalFile) =>
      writeWhole(join(dir, 'local.json'), `${JSON.stringify(file, null, 2)}\n`)
    return { dir, pepper, previous: readLocalFile(dir), publish, release }
  } catch (error) {
    throw error instanceof Failure ? error : unusable(dir, error)
  }
}

/** mkdir's own `recursive` never returns where a file system denies that a parent exists which it shows (/proc). */
function makeFolder(dir: string): void {
  if (existsSync(dir) && statSync(dir).isDirectory()) return
  if (!existsSync(dirname(dir))) makeFolder(dirname(dir))
  mkdirSync(dir, { mode: 0o700 })
}

function unusable(dir: string, error: unknown): Failure {
  const reason = error instanceof Error ? error.message : String(error)
  return new Failure(
    EXIT.usage,
    `The state folder ${dir} cannot be used (${reason}). Choose another with --state, or repair it.`,
    { cause: error },
  )
}

/** SQLite's lock on a file belongs to the process: it ends with it, even after kill -9, and no stale lock is ever found. */
function lock(dir: string): () => void {
  const database = new DatabaseSync(join(dir, 'lock'))
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE')
  } catch (error) {
    database.close()
    if (!/locked/.test(String(error))) throw error
    const holder = readLocalFile(dir)
    throw new Failure(
      EXIT.usage,
      `A platform already runs with the state folder ${dir}${holder ? ` (${holder.url}, process ${holder.pid})` : ''}. Stop it, or choose another folder with --state.`,
    )
  }
  return () => database.close()
}

function readOrCreate(path: string, create: () => string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error
    const text = create()
    writeWhole(path, `${text}\n`)
    return text
  }
}

/** Readers see the old file or the new one, never a half. */
function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: OWNER_ONLY })
  renameSync(`${path}.new`, path)
}
