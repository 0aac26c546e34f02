import type { Database } from '../../shared/db/client.ts'
import { isWritten, latestTemplate, listTemplates, type WrittenTemplate } from '../../shared/db/templates.ts'
import type { Principal } from '../../shared/domain/principal.ts'
import { BUILT_IN_TEMPLATES, type Template } from '../../shared/domain/template.ts'
import { AppError } from '../../shared/errors.ts'

/** How old an isolate's copy of a template may be: a change reaches every isolate within this time. */
const FRESH_MS = 5_000
const MAX_KNOWN = 10_000

export type Templates = {
  /** The tenant's own one of this name, else the built-in one. */
  templateFor(principal: Pick<Principal, 'tenantId'>, name: string): Promise<Template>
  /** After a change made here, so that the caller sees it at once. */
  forget(tenantId: string, name: string): void
}

/** Templates are read one by one, since most questions need a single one, and kept for a few seconds. */
export function tenantTemplates(db: Database, now: () => number): Templates {
  const known = new Map<string, { own: Template | null; untilMs: number }>()
  let changes = 0

  const ownOf = async (tenantId: string, name: string) => {
    const cached = known.get(keyOf(tenantId, name))
    if (cached && cached.untilMs > now()) return cached.own
    const seen = changes
    const latest = await latestTemplate(db, tenantId, name)
    const own = isWritten(latest) ? toTemplate(latest) : null
    // A change made here while it was read is not in what was read.
    if (seen !== changes) return own
    if (known.size >= MAX_KNOWN) known.clear()
    known.set(keyOf(tenantId, name), { own, untilMs: now() + FRESH_MS })
    return own
  }

  return {
    async templateFor({ tenantId }, name) {
      const template = (await ownOf(tenantId, name)) ?? BUILT_IN_TEMPLATES.get(name)
      if (template) return template
      const own = await listTemplates(db, tenantId)
      const names = new Set([...BUILT_IN_TEMPLATES.keys(), ...own.map((row) => row.name)])
      throw new AppError(
        'invalid_request',
        `template: there is no "${name}"; there is ${[...names].join(', ')}, and PUT /v1/templates/${name} makes one`,
      )
    },
    forget(tenantId, name) {
      known.delete(keyOf(tenantId, name))
      changes += 1
    },
  }
}

// A name has no slash in it.
const keyOf = (tenantId: string, name: string) => `${tenantId}/${name}`

export const toTemplate = ({ name, version, instructions, marking }: WrittenTemplate): Template => ({
  name,
  version,
  builtIn: false,
  instructions,
  marking,
})
