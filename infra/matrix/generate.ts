import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Generator } from '../generator.ts'
import { compileMatrix, MATRIX_FOLDER, printProblems } from './compile.ts'

/** The module that the domain reads instead of YAML, from the root of the repository. */
export const MATRIX_MODULE = 'shared/domain/matrix/sources/sources.gen.ts'

/** What the module of the matrix must contain; throws an Error with every wrong line of its sources. */
export function matrixModule(root: string): string {
  const compilation = compileMatrix((file) => readFileSync(join(root, file), 'utf8'))
  if (!('matrix' in compilation)) throw new Error(printProblems(compilation.problems))
  return [
    `// Generated from ${MATRIX_FOLDER}/*.yaml by npm run gen: change those.`,
    "import type { MatrixSources } from './sources.ts'",
    '',
    '/** What models, GPUs, providers and tiers are, and what they cost. */',
    `export const MATRIX: MatrixSources = ${JSON.stringify(compilation.matrix, null, 2)}`,
    '',
  ].join('\n')
}

export const matrixGenerator = (root: string): Generator => ({
  name: MATRIX_MODULE,
  write() {
    writeFileSync(join(root, MATRIX_MODULE), matrixModule(root))
    return true
  },
  isUpToDate: () => read(join(root, MATRIX_MODULE)) === matrixModule(root),
})

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
