import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { computeMatrix } from '../../shared/domain/matrix/cells/matrix.ts'
import type { Generator } from '../generator.ts'
import { compileMatrix, printProblems } from './compile.ts'
import { costPage } from './cost-page.ts'
import { HANDBOOK_FOLDER, handbookPages } from './handbook.ts'

const COST_PAGE = 'docs/matrix-cost.md'

/** Every page about the matrix by its path; read from the sources themselves, for the compiled module may be older. */
export function matrixPages(root: string): ReadonlyMap<string, string> {
  const compilation = compileMatrix((file) => readFileSync(join(root, file), 'utf8'))
  if (!('matrix' in compilation)) throw new Error(printProblems(compilation.problems))
  const { matrix } = compilation
  return new Map([...handbookPages(computeMatrix(matrix), matrix), [COST_PAGE, costPage(matrix)]])
}

/** Writes the pages about the matrix, and removes those that nothing writes any more. */
export const matrixPagesGenerator = (root: string): Generator => ({
  name: `${HANDBOOK_FOLDER} and ${COST_PAGE}`,
  write() {
    const pages = matrixPages(root)
    for (const stale of written(root).filter((path) => !pages.has(path))) rmSync(join(root, stale))
    for (const [path, page] of pages) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), page)
    }
    return true
  },
  isUpToDate() {
    const pages = matrixPages(root)
    return (
      written(root).every((path) => pages.has(path)) &&
      [...pages].every(([path, page]) => read(join(root, path)) === page)
    )
  },
})

/** Pages that stand in the folder, which holds nothing else. */
function written(root: string): readonly string[] {
  try {
    return readdirSync(join(root, HANDBOOK_FOLDER)).map((file) => `${HANDBOOK_FOLDER}/${file}`)
  } catch {
    return []
  }
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
