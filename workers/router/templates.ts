import type { Database } from '../../shared/db/client.ts'
import { isWritten, latestTemplate, listTemplates, type WrittenTemplate } from '../../shared/db/templates.ts'
import type { Principal } from '../../shared/domain/principal.ts'
import { BUILT_IN_TEMPLATES, type Template } from '../../shared/domain/template.ts'
import { AppError } from '../../shared/errors.ts'
import { shortLived } from './short-lived.ts'

export type Templates = {
  /** The tenant's own one of this name, else the built-in one. */
  templateFor(principal: Pick<Principal, 'tenantId'>, name: string): Promise<Template>
  /** After a change made here, so that the caller sees it at once. */
  forget(tenantId: string, name: string): void
}

/** Templates are read one by one, since most questions need a single one, and kept for a few seconds. */
export function tenantTemplates(db: Database, now: () => number): Templates {
  const ownOf = shortLived(async (key) => {
    const latest = await latestTemplate(db, ...partsOf(key))
    return isWritten(latest) ? toTemplate(latest) : null
  }, now)

  return {
    async templateFor({ tenantId }, name) {
      const template = (await ownOf.of(keyOf(tenantId, name))) ?? BUILT_IN_TEMPLATES.get(name)
      if (template) return template
      const own = await listTemplates(db, tenantId)
      const names = new Set([...BUILT_IN_TEMPLATES.keys(), ...own.map((row) => row.name)])
      throw new AppError(
        'invalid_request',
        `template: there is no "${name}"; there is ${[...names].join(', ')}, and PUT /v1/templates/${name} makes one`,
      )
    },
    forget: (tenantId, name) => ownOf.forget(keyOf(tenantId, name)),
  }
}

// A name has no slash in it.
const keyOf = (tenantId: string, name: string) => `${tenantId}/${name}`
function partsOf(key: string): [tenantId: string, name: string] {
  const slash = key.lastIndexOf('/')
  return [key.slice(0, slash), key.slice(slash + 1)]
}

export const toTemplate = ({ name, version, instructions, marking }: WrittenTemplate): Template => ({
  name,
  version,
  builtIn: false,
  instructions,
  marking,
})
