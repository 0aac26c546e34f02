import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT, Failure } from '../lib/failure.ts'
import { PROJECT } from '../lib/project.ts'

const FOLDER = join(PROJECT, 'shared/db/migrations')
/** The table that wrangler keeps, so that `wrangler d1 migrations list --local` tells the same. */
const CREATE_TABLE =
  'CREATE TABLE IF NOT EXISTS d1_migrations(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)'
/** drizzle-kit writes this between statements. */
const BREAKPOINT = '--> statement-breakpoint'

/** Brings the database to the schema of this version. Each migration is applied with its mark in one transaction. */
export async function migrate(database: D1Database, stateDir: string): Promise<void> {
  const names = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.sql'))
    .toSorted()
  const applied = await appliedMigrations(database, stateDir)
  const unknown = applied.find((name) => !names.includes(name))
  if (unknown !== undefined)
    throw new Failure(
      EXIT.usage,
      `The state folder ${stateDir} was written by a newer version (${unknown}). Update this one, or choose another folder with --state.`,
    )
  for (const name of names.filter((name) => !applied.includes(name))) {
    const statements = readFileSync(join(FOLDER, name), 'utf8').split(BREAKPOINT)
    await database.batch([
      ...statements.map((statement) => database.prepare(statement)),
      database.prepare('INSERT INTO d1_migrations (name) VALUES (?)').bind(name),
    ])
  }
}

async function appliedMigrations(database: D1Database, stateDir: string): Promise<string[]> {
  try {
    await database.prepare(CREATE_TABLE).run()
    const { results } = await database
      .prepare('SELECT name FROM d1_migrations ORDER BY id')
      .all<{ name: string }>()
    return results.map(({ name }) => name)
  } catch (error) {
    throw new Failure(
      EXIT.usage,
      `The database in ${stateDir} cannot be read; platform.log there says why. Restore the folder from a backup, or choose another with --state.`,
      { cause: error },
    )
  }
}
