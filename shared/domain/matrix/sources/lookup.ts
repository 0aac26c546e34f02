import { MATRIX } from './sources.gen.ts'
import type { Model } from './sources.ts'

/** A model of `infra/matrix/models.yaml` by its name on the hub. Throws for one that is not there: its caller names it in code. */
export function modelNamed(name: string): Model {
  const model = MATRIX.models.find((one) => one.name === name)
  if (model) return model
  throw new Error(`infra/matrix/models.yaml has no model "${name}"`)
}

/** Every place that some region keeps its text in, such as `eu` and `de`. */
export const RESIDENCIES: readonly string[] = [
  ...new Set(MATRIX.providers.flatMap(({ regions }) => regions.flatMap(({ residency }) => residency))),
].toSorted()
