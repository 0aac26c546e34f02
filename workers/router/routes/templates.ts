import type { ApiEnv } from '../../../shared/api/define-route.ts'
import {
  deleteTemplateRoute,
  getTemplateRoute,
  listTemplatesRoute,
  putTemplateRoute,
} from '../../../shared/api/templates.ts'
import type { Database } from '../../../shared/db/client.ts'
import { findTenant } from '../../../shared/db/keys.ts'
import {
  addTemplate,
  findTemplate,
  isWritten,
  latestTemplate,
  listTemplates,
  MAX_TEMPLATES,
  type TemplateRow,
  type WrittenTemplate,
} from '../../../shared/db/templates.ts'
import type { Principal } from '../../../shared/domain/principal.ts'
import { BUILT_IN_TEMPLATES, type Template } from '../../../shared/domain/template.ts'
import { AppError } from '../../../shared/errors.ts'
import { apiApp } from '../../../shared/http/api-app.ts'
import { actingOn } from '../../../shared/http/system-tenant.ts'
import type { CallContext } from '../../../shared/ports/services.ts'
import { auditLine } from '../audit.ts'
import { type Templates, toTemplate } from '../templates.ts'

export type TemplatesDeps = {
  readonly db: Database
  readonly templates: Templates
  readonly now: () => number
}

/** What a tenant wants its models to be told, as data. */
export function templatesRoutes(deps: TemplatesDeps) {
  const { db } = deps
  const tenantOf = async (principal: Principal, named: string | undefined) => {
    const tenantId = actingOn(principal, named)
    if (await findTenant(db, tenantId)) return tenantId
    throw new AppError('not_found', `tenantId: there is no tenant "${tenantId}"`)
  }
  return apiApp<ApiEnv>()
    .openapi(listTemplatesRoute, async (c) => {
      const tenantId = await tenantOf(c.get('context').principal, c.req.valid('query').tenantId)
      const own = await listTemplates(db, tenantId)
      const names = new Set(own.map(({ name }) => name))
      const others = [...BUILT_IN_TEMPLATES.values()].filter(({ name }) => !names.has(name))
      const data = [...own.map(describeOwn), ...others.map((template) => describe(template, null))]
      return c.json({ data: data.toSorted(byName), nextCursor: null }, 200)
    })
    .openapi(getTemplateRoute, async (c) => {
      const { name } = c.req.valid('param')
      const { tenantId: named, version, builtIn } = c.req.valid('query')
      const tenantId = await tenantOf(c.get('context').principal, named)
      const own = version
        ? await findTemplate(db, { tenantId, name, version })
        : await latestTemplate(db, tenantId, name)
      if (builtIn !== 'true' && isWritten(own)) return c.json(describeOwn(own), 200)
      const template = builtIn === 'false' ? undefined : BUILT_IN_TEMPLATES.get(name)
      if (template && (version ?? template.version) === template.version)
        return c.json(describe(template, null), 200)
      const what = version ? `no version ${version} of a template "${name}"` : `no template "${name}"`
      throw new AppError('not_found', `There is ${what}; GET /v1/templates lists what holds`)
    })
    .openapi(putTemplateRoute, async (c) => {
      const { name } = c.req.valid('param')
      const { tenantId: named, ...wanted } = c.req.valid('json')
      const tenantId = await tenantOf(c.get('context').principal, named)
      const latest = await latestTemplate(db, tenantId, name)
      if (isWritten(latest) && isSame(latest, wanted)) return c.json(describeOwn(latest), 200)
      const row = { ...wanted, ...versionAfter(latest), tenantId, name, createdAtMs: deps.now() }
      await add(deps, c.get('context'), latest, row)
      return c.json(describeOwn(row), 201)
    })
    .openapi(deleteTemplateRoute, async (c) => {
      const { name } = c.req.valid('param')
      const tenantId = actingOn(c.get('context').principal, c.req.valid('query').tenantId)
      const latest = await latestTemplate(db, tenantId, name)
      if (!isWritten(latest))
        throw new AppError('not_found', `There is no own template "${name}"; GET /v1/templates lists them`)
      const row = { ...latest, ...versionAfter(latest), instructions: null, createdAtMs: deps.now() }
      await add(deps, c.get('context'), latest, row)
      return c.json({ name, deleted: true as const }, 200)
    })
}

/** Deletions have a number too, so that none is ever used for another text. */
const versionAfter = (latest: TemplateRow | undefined) => ({ version: (latest?.version ?? 0) + 1 })

type Content = Pick<TemplateRow, 'instructions' | 'marking'>

const isSame = (one: Content, other: Content) =>
  one.instructions === other.instructions && one.marking === other.marking

async function add(
  { db, templates }: TemplatesDeps,
  context: CallContext,
  latest: TemplateRow | undefined,
  row: TemplateRow,
): Promise<void> {
  const { tenantId, name, createdAtMs, instructions } = row
  const action = instructions === null ? 'template.delete' : 'template.put'
  const states = { before: auditedState(latest), after: auditedState(row) }
  const line = auditLine(context, { atMs: createdAtMs, tenantId, action, target: name, ...states })
  if (!(await addTemplate(db, row, line)))
    throw new AppError(
      'conflict',
      `The template "${name}" was changed meanwhile, or the tenant has ${MAX_TEMPLATES} already; look at them and try again`,
    )
  templates.forget(tenantId, name)
}

function auditedState(row: TemplateRow | undefined) {
  if (!isWritten(row)) return null
  const { version, instructions, marking } = row
  return { version, instructions, marking }
}

const byName = (a: Template, b: Template) => (a.name < b.name ? -1 : 1)

const describe = (template: Template, createdAtMs: number | null) => ({
  ...template,
  createdAt: createdAtMs === null ? null : new Date(createdAtMs).toISOString(),
})

const describeOwn = (row: WrittenTemplate) => describe(toTemplate(row), row.createdAtMs)
