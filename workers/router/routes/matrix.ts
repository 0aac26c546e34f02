import type { ApiEnv } from '../../../shared/api/define-route.ts'
import { getConfigurationRoute, listMatrixRoute, planRoute } from '../../../shared/api/matrix.ts'
import {
  configurationFields,
  matches,
  selectionFields,
  summaryFields,
} from '../../../shared/api/matrix-fields.ts'
import { findCell, matrixCells } from '../../../shared/domain/matrix/cells/matrix.ts'
import { select } from '../../../shared/domain/matrix/selection/select.ts'
import { AppError } from '../../../shared/errors.ts'
import { apiApp } from '../../../shared/http/api-app.ts'

/** The 96 configurations and the choice among them: computed, the same for every tenant. */
export const matrixRoutes = () =>
  apiApp<ApiEnv>()
    .openapi(listMatrixRoute, (c) => {
      const filter = c.req.valid('query')
      const data = matrixCells().filter((cell) => matches(cell, filter))
      return c.json({ data: data.map(summaryFields), nextCursor: null }, 200)
    })
    .openapi(getConfigurationRoute, (c) => {
      const { configuration } = c.req.valid('param')
      const cell = findCell(configuration)
      if (!cell) throw unknown(configuration)
      return c.json(configurationFields(cell), 200)
    })
    .openapi(planRoute, (c) => c.json(selectionFields(select(matrixCells(), c.req.valid('json'))), 200))

const unknown = (configuration: string) =>
  new AppError('not_found', `There is no configuration "${configuration}"; GET /v1/matrix lists them`)
