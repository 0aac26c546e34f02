import { LEVELS, TIERS } from '../../tiers.ts'
import { MATRIX } from '../sources/sources.gen.ts'
import { GPU_NAMES, type MatrixSources } from '../sources/sources.ts'
import { failureModesOf } from '../words/failure-modes.ts'
import { guidanceOf } from '../words/guidance.ts'
import type { Cell } from './cell.ts'
import { compareWithRequirement } from './difference.ts'
import { bestOf, type Company, costRatio, type Draft, draftCell, judge } from './verdict.ts'

/** All 96 configurations: tiers smallest first, in each the GPUs largest first, in each the four levels. */
export function computeMatrix(sources: MatrixSources): readonly Cell[] {
  const drafts = TIERS.flatMap((tier) =>
    GPU_NAMES.flatMap((gpu) => LEVELS.map((level) => draftCell(sources, tier, gpu, level))),
  )
  const beside = Map.groupBy(drafts, ({ tier, level }) => `${tier}.${level}`)
  const elsewhere = Map.groupBy(drafts, ({ tier, gpu }) => `${tier}.${gpu.name}`)
  return drafts.map((draft) => {
    const { tier, gpu, level } = draft
    return finishCell(sources, draft, {
      ...bestOf(beside.get(`${tier}.${level}`) ?? []),
      elsewhere: (elsewhere.get(`${tier}.${gpu.name}`) ?? []).filter((other) => other.level !== level),
    })
  })
}

function finishCell(sources: MatrixSources, draft: Draft, company: Company): Cell {
  const { id, tier, gpu, level, target, plan, costs } = draft
  const { verdict, reasons } = judge(draft, company)
  const ratio = costRatio(draft, company)
  const said = sources.requirementVerdicts[level][tier][gpu.name]
  return {
    id,
    tier,
    gpu: gpu.name,
    level,
    verdict,
    reasons,
    plan,
    costs,
    requirement: compareWithRequirement({ verdict, reasons, plan, costs, target, costRatio: ratio }, said),
    failureModes: failureModesOf(draft),
    guidance: guidanceOf(draft, company),
  }
}

let computed: readonly Cell[] | null = null

/** The matrix of the compiled sources, computed once and kept. */
export function matrixCells(): readonly Cell[] {
  computed ??= computeMatrix(MATRIX)
  return computed
}

/** The configuration of this id, such as `l.h100.gpu_native`. */
export const findCell = (id: string): Cell | undefined => matrixCells().find((cell) => cell.id === id)
