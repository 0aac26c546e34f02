import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { database } from '../../shared/db/client.ts'
import { templates, tenants } from '../../shared/db/schema.ts'
import {
  addTemplate,
  findTemplate,
  latestTemplate,
  listTemplates,
  MAX_TEMPLATES,
} from '../../shared/db/templates.ts'
import { BUILT_IN_TEMPLATES, DEFAULT_TEMPLATE } from '../../shared/domain/template.ts'
import { tenantTemplates } from '../../workers/router/templates.ts'
import { auditLineOf, linesOf } from './audit-lines.ts'

const db = database(env.DB)
let principal: { tenantId: string }
beforeEach(async () => {
  principal = { tenantId: `templates-${crypto.randomUUID()}` }
  await db.insert(tenants).values({ id: principal.tenantId, name: 'test', createdAtMs: 0 })
})

/** Null deletes. */
async function add(name: string, version: number, instructions: string | null = 'Be brief.') {
  const { tenantId } = principal
  const row = { tenantId, name, version, instructions, createdAtMs: version, marking: 'tags' as const }
  const line = auditLineOf(tenantId, instructions === null ? 'template.delete' : 'template.put', name)
  return addTemplate(db, row, line)
}

describe('the template of a question', () => {
  const resolver = (now = () => 0) => tenantTemplates(db, now)

  it('is the built-in one while the tenant has none of that name', async () => {
    expect(await resolver().templateFor(principal, 'faq')).toBe(BUILT_IN_TEMPLATES.get('faq'))
  })

  it("is the latest version of the tenant's own, also under the name of a built-in one", async () => {
    await add('qa', 1)
    await add('qa', 2, 'Be polite.')
    await add('letters', 1)
    expect(await resolver().templateFor(principal, 'qa')).toEqual({
      name: 'qa',
      version: 2,
      builtIn: false,
      instructions: 'Be polite.',
      marking: 'tags',
    })
    expect(await resolver().templateFor(principal, 'letters')).toMatchObject({ version: 1, builtIn: false })
  })

  it('is the built-in one again after a deletion, and the next version has a number of its own', async () => {
    await add('qa', 1)
    await add('qa', 2, null)
    expect(await resolver().templateFor(principal, 'qa')).toEqual(DEFAULT_TEMPLATE)
    expect(await add('qa', 2)).toBe(false)
    await add('qa', 3)
    expect(await resolver().templateFor(principal, 'qa')).toMatchObject({ version: 3 })
  })

  it("is never another tenant's, and an unknown name is refused with those there are and the way to make it", async () => {
    await add('letters', 1)
    await add('gone', 1)
    await add('gone', 2, null)
    const { templateFor } = resolver()
    const unknown = { code: 'invalid_request', message: expect.stringContaining('PUT /v1/templates/letter ') }
    await expect(templateFor(principal, 'letter')).rejects.toMatchObject(unknown)
    await expect(templateFor(principal, 'letter')).rejects.toThrow(
      /^template: there is no "letter"; there is qa, faq, code, analysis, support, regulated, letters,/,
    )
    await expect(templateFor({ tenantId: 'stranger' }, 'letters')).rejects.toThrow(/regulated, and PUT/)
  })

  it('is read at most every 5 seconds, and at once after a change made here', async () => {
    let nowMs = 0
    const { templateFor, forget } = resolver(() => nowMs)
    const version = async () => {
      const { builtIn, version } = await templateFor(principal, 'qa')
      return builtIn ? 'built in' : version
    }
    expect(await version()).toBe('built in')
    await add('qa', 1)
    nowMs = 4_999
    expect(await version()).toBe('built in')
    nowMs = 5_000
    expect(await version()).toBe(1)
    await add('qa', 2)
    forget(principal.tenantId, 'qa')
    expect(await version()).toBe(2)
  })

  it('is read again after a change that was made while it was being read', async () => {
    let change = async () => {}
    const prepare = (query: string) => ({
      bind: (...values: unknown[]) => ({
        async raw() {
          const rows = await env.DB.prepare(query)
            .bind(...values)
            .raw()
          await change()
          return rows
        },
      }),
    })
    const { templateFor, forget } = tenantTemplates(database({ prepare } as unknown as D1Database), () => 0)
    change = async () => {
      change = async () => {}
      await add('qa', 1)
      forget(principal.tenantId, 'qa')
    }
    const builtIn = async () => (await templateFor(principal, 'qa')).builtIn
    expect([await builtIn(), await builtIn()]).toEqual([true, false])
  })
})

describe('a change of a template', () => {
  it('leaves every version as it was, and stands with its line in the audit', async () => {
    const { tenantId } = principal
    await add('qa', 1)
    await add('qa', 2, 'Be polite.')
    await add('qa', 3, null)
    expect(await findTemplate(db, { tenantId, name: 'qa', version: 1 })).toMatchObject({
      instructions: 'Be brief.',
    })
    expect(await latestTemplate(db, tenantId, 'qa')).toMatchObject({ version: 3, instructions: null })
    expect((await linesOf(tenantId)).map(({ action }) => action)).toEqual([
      'template.delete',
      'template.put',
      'template.put',
    ])
  })

  it('that another one came before is refused, and leaves no line', async () => {
    await add('qa', 1)
    expect(await add('qa', 1, 'Mine instead.')).toBe(false)
    expect((await listTemplates(db, principal.tenantId)).map((row) => row.instructions)).toEqual([
      'Be brief.',
    ])
    expect(await linesOf(principal.tenantId)).toHaveLength(1)
  })

  it(`that makes more than ${MAX_TEMPLATES} is refused, until one is deleted`, async () => {
    const { tenantId } = principal
    const rows = Array.from({ length: MAX_TEMPLATES }, (_, i) => ({
      tenantId,
      name: `t-${i}`,
      version: 1,
      instructions: 'Be brief.',
      createdAtMs: 1,
    }))
    const [first, ...rest] = rows.map((row) => db.insert(templates).values(row))
    if (first) await db.batch([first, ...rest])
    expect(await add('one-more', 1)).toBe(false)
    expect(await add('t-3', 2, 'Be polite.')).toBe(true)
    expect(await listTemplates(db, tenantId)).toHaveLength(MAX_TEMPLATES)
    expect(await add('t-5', 2, null)).toBe(true)
    expect(await add('one-more', 1)).toBe(true)
    const names = (await listTemplates(db, tenantId)).map(({ name }) => name)
    expect(names).toHaveLength(MAX_TEMPLATES)
    expect(names).not.toContain('t-5')
  })
})
