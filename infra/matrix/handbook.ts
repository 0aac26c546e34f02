import type { Cell } from '../../shared/domain/matrix/cells/cell.ts'
import { GPU_NAMES, type MatrixSources } from '../../shared/domain/matrix/sources/sources.ts'
import { TIERS } from '../../shared/domain/tiers.ts'
import { cellFile, cellPage, gpuFile, tierFile } from './handbook-cells.ts'
import { gpuPage, tierPage } from './handbook-lists.ts'
import { overviewPage } from './handbook-overview.ts'
import { PLAN_PAGE, planPage } from './plan-page.ts'

/** Where the pages stand, from the root of the repository. */
export const HANDBOOK_FOLDER = 'docs/handbook/matrix'

/** Every page of the handbook on the matrix, by its path from the root of the repository. */
export const handbookPages = (cells: readonly Cell[], sources: MatrixSources): ReadonlyMap<string, string> =>
  new Map([
    placed('README.md', overviewPage(cells)),
    placed(PLAN_PAGE, planPage(cells, sources)),
    ...TIERS.map((tier) => placed(tierFile(tier), tierPage(cells, tier, sources))),
    ...GPU_NAMES.map((gpu) => placed(gpuFile(gpu), gpuPage(cells, gpu, sources))),
    ...cells.map((cell) => placed(cellFile(cell), cellPage(cell, sources))),
  ])

const placed = (file: string, page: string): [string, string] => [`${HANDBOOK_FOLDER}/${file}`, page]
