// npm run gen: writes everything that is generated from a source of truth. With --check it writes nothing and fails on what differs.
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import type { Generator } from '../infra/generator.ts'
import { matrixGenerator } from '../infra/matrix/generate.ts'
import { matrixPagesGenerator } from '../infra/matrix/generate-handbook.ts'
import { wasmGenerator } from './wasm.ts'

const root = resolve(import.meta.dirname, '..')
const migrations = join(root, 'shared/db/migrations')

/** True when drizzle-kit could do its work; it asks (and so needs a terminal) when a column may have been renamed. */
function migrate(folder: string, stdio: 'inherit' | 'ignore'): boolean {
  const schema = ['--dialect=sqlite', '--casing=snake_case', '--schema=shared/db/schema.ts']
  // drizzle-kit takes only paths relative to where it runs.
  const args = ['generate', ...schema, `--out=${relative(root, folder)}`]
  return spawnSync('drizzle-kit', args, { cwd: root, stdio }).status === 0
}

const migrationGenerator: Generator = {
  name: 'the migration that shared/db/schema.ts needs',
  write: () => migrate(migrations, 'inherit'),
  isUpToDate() {
    const copy = mkdtempSync(join(tmpdir(), 'fairlead-migrations-'))
    try {
      cpSync(migrations, copy, { recursive: true })
      return migrate(copy, 'ignore') && readdirSync(copy).length === readdirSync(migrations).length
    } finally {
      rmSync(copy, { recursive: true })
    }
  },
}

const generators: readonly Generator[] = [
  matrixGenerator(root),
  matrixPagesGenerator(root),
  await wasmGenerator(root),
  migrationGenerator,
]

/** Why a generator failed; undefined when it did not. */
function attempt({ name, write, isUpToDate }: Generator, isCheck: boolean): string | undefined {
  try {
    if (isCheck) return isUpToDate() ? undefined : `${name}: not what its source says. Run: npm run gen`
    return write() ? undefined : `${name}: could not be written`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const isCheck = process.argv.includes('--check')
for (const generator of generators) {
  const failure = attempt(generator, isCheck)
  if (failure === undefined) continue
  console.error(failure)
  process.exitCode = 1
}
