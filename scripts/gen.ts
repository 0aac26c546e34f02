// npm run gen: writes the database migration that the schema now needs. With --check it writes nothing and fails when one is missing.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')
const migrations = join(root, 'shared/db/migrations')

/** True when drizzle-kit could do its work; it asks (and so needs a terminal) when a column may have been renamed. */
function generate(folder: string, stdio: 'inherit' | 'ignore'): boolean {
  const schema = ['--dialect=sqlite', '--casing=snake_case', '--schema=shared/db/schema.ts']
  // drizzle-kit takes only paths relative to where it runs.
  const args = ['generate', ...schema, `--out=${relative(root, folder)}`]
  return spawnSync('drizzle-kit', args, { cwd: root, stdio }).status === 0
}

function isUpToDate(): boolean {
  const copy = mkdtempSync(join(tmpdir(), 'fairlead-migrations-'))
  try {
    cpSync(migrations, copy, { recursive: true })
    return generate(copy, 'ignore') && readdirSync(copy).length === readdirSync(migrations).length
  } finally {
    rmSync(copy, { recursive: true })
  }
}

if (!process.argv.includes('--check')) process.exitCode = generate(migrations, 'inherit') ? 0 : 1
else if (!isUpToDate()) {
  console.error('shared/db/schema.ts has changed and its migration is not written. Run: npm run gen')
  process.exitCode = 1
}
