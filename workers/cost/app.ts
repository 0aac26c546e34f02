import { serviceApp } from '../../shared/http/service-app.ts'
import { type RecordUsageDeps } from './jobs/record-usage.ts'
import { type RollUpDeps } from './jobs/roll-up.ts'
import { type UsageDeps, usageRoutes } from './routes/usage.ts'

export type Deps = UsageDeps & RecordUsageDeps & RollUpDeps

/** The HTTP side. */
export function createApp(deps: Deps) {
  const app = serviceApp('cost', deps.log)
  app.route('/', usageRoutes(deps))
  return app
}
