import { spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'
import { resolve } from 'node:path'
import type { RouteConfig } from '@hono/zod-openapi'
import { describe, expect, it } from 'vitest'
import type { ZodType } from 'zod'
import { SCOPES } from '../../../shared/domain/principal.ts'
import { ERROR_CODES } from '../../../shared/errors.ts'
import { type Deps as CostDeps, createApp as createCost } from '../../../workers/cost/app.ts'
import { createApp as createIngest, type Deps as IngestDeps } from '../../../workers/ingest/app.ts'
import { createApp as createRouter, type Deps as RouterDeps } from '../../../workers/router/app.ts'
import { curlExamples } from '../../../workers/router/docs/curl.ts'
import { openApiDocument, ROUTES } from '../../../workers/router/docs/document.ts'
import { sectionsOf } from '../../../workers/router/docs/operations.ts'
import { resolver } from '../../../workers/router/docs/schema-words.ts'
import { docsRoutes } from '../../../workers/router/routes/docs.tsx'

const root = resolve(import.meta.dirname, '../../..')
const ORIGIN = 'http://127.0.0.1:8787'
const routes = docsRoutes({ version: '0.1.0' })
const document = openApiDocument('0.1.0')
const operations = sectionsOf(document).flatMap((section) => section.operations)
const documented = operations.map(({ method, path }) => `${method} ${path}`)

/** What the route checks requests with. */
function schemasOf(id: string) {
  const { params, query, body } = (ROUTES[id as keyof typeof ROUTES] as RouteConfig).request ?? {}
  const json = body?.content['application/json'] as { schema: ZodType } | undefined
  return { params: params as ZodType | undefined, query: query as ZodType | undefined, body: json?.schema }
}

/** Paths as the document writes them. */
const placed = (method: string, path: string) =>
  `${method.toUpperCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`
const page = async (path: string) => (await routes.request(`${ORIGIN}${path}`)).text()

describe('the OpenAPI document', () => {
  it('has every route that is defined for any Worker', async () => {
    const files = globSync('shared/api/*.ts', { cwd: root })
    const modules = await Promise.all(files.map((file) => import(resolve(root, file)) as Promise<object>))
    const defined = modules
      .flatMap((module) => Object.values(module) as Partial<RouteConfig>[])
      .filter((value) => value?.method !== undefined && value.path !== undefined)
      .map(({ method = '', path = '' }) => placed(method, path))
    expect(defined.length).toBeGreaterThan(30)
    expect([...new Set(defined)].toSorted()).toEqual(documented.toSorted())
  })

  it('has what the Workers serve and nothing else, apart from its own pages', () => {
    const apps = [createRouter({} as RouterDeps), createIngest({} as IngestDeps), createCost({} as CostDeps)]
    const served = apps
      .flatMap(({ routes }) => routes)
      .filter(({ method, path }) => method !== 'ALL' && !/^\/(?:$|docs|openapi\.json)/.test(path))
      .map(({ method, path }) => placed(method, path))
    expect([...new Set(served)].toSorted()).toEqual(documented.toSorted())
  })

  it('shows for every POST that it takes an Idempotency-Key, and for nothing else', () => {
    for (const { method, parameters } of operations) {
      const names = parameters.filter((each) => each.in === 'header').map(({ name }) => name)
      expect(names).toEqual(method === 'POST' ? ['Idempotency-Key'] : [])
    }
  })

  it('names for every operation one scope, except where no key is needed', () => {
    for (const { path, scope } of operations)
      expect(path.startsWith('/health') ? scope === null : SCOPES.some((each) => each === scope)).toBe(true)
  })

  it('has the closed table of errors and the shape that every error has', () => {
    expect(document).toMatchObject({ 'x-error-codes': ERROR_CODES })
    expect(JSON.stringify(document.components?.schemas?.['Error'])).toContain(
      JSON.stringify(Object.keys(ERROR_CODES)),
    )
  })

  it('is the same bytes whenever it is asked for, and says nothing of how routes are run', async () => {
    const [first, second] = [await page('/openapi.json'), await page('/openapi.json')]
    expect(first === second).toBe(true)
    expect(first.includes('middleware')).toBe(false)
  })
})

/** What `curl` is given when a real shell runs the command. */
function readCommand(command: string) {
  const script = `curl() { printf '%s\\0' "$@"; }\n${command}`
  const env = { FAIRLEAD_API_KEY: 'flk_tenant', FAIRLEAD_ADMIN_KEY: 'flk_admin' }
  const { status, stdout, stderr } = spawnSync('sh', ['-eu', '-c', script], { env, encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  const words = stdout.split('\0')
  const after = (flag: string) => words.filter((_, index) => words[index - 1] === flag)
  const url = new URL(words.find((word) => word.startsWith('http')) ?? '')
  const isKeySent = after('-H').some((header) => header.startsWith('authorization: Bearer flk_'))
  return { url, method: after('-X')[0] ?? 'GET', isKeySent, body: after('-d')[0] }
}

/** The values at the places of a path that are written `{name}`; null when the path is another. */
function readPath(pattern: string, path: string): Record<string, string> | null {
  const groups = pattern.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/{}]+)')
  const match = new RegExp(`^${groups}$`).exec(path)
  if (!match) return null
  return Object.fromEntries(
    Object.entries(match.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)]),
  )
}

describe.each(operations)('the example of $method $path', ({ id, method, path, scope, ...operation }) => {
  const examples = curlExamples({ id, method, path, scope, ...operation }, ORIGIN, resolver(document))

  it('calls the operation, with a key where one is needed', () => {
    for (const example of examples.map(readCommand)) {
      expect(readPath(path, example.url.pathname)).not.toBeNull()
      expect(example).toMatchObject({ method, isKeySent: scope !== null })
    }
  })

  it('sends what the route accepts', () => {
    const { url, body } = readCommand(examples[0] ?? '')
    const sent: [ZodType | undefined, unknown][] = [
      [schemasOf(id).params, readPath(path, url.pathname)],
      [schemasOf(id).query, Object.fromEntries(url.searchParams)],
      [schemasOf(id).body, body && JSON.parse(body)],
    ]
    const problems = sent.map(([schema, value]) => schema?.safeParse(value).error)
    expect(problems).toEqual([undefined, undefined, undefined])
  })
})

describe('the pages', () => {
  it('show every operation, each under an anchor that the contents lead to', async () => {
    const html = await page('/docs')
    for (const { id } of operations) {
      expect(html).toContain(`<article id="${id}">`)
      expect(html).toContain(`href="#${id}"`)
    }
  })

  it('show the examples with the address they were read at', async () => {
    expect(await (await routes.request('https://rag.example/docs')).text()).toContain(
      'https://rag.example/v1/query',
    )
    expect(await page('/docs')).toContain(`${ORIGIN}/v1/query`)
  })

  it('show an answer that is put together from parts as one object', async () => {
    const html = await page('/docs')
    const article = html.slice(
      html.indexOf('<article id="createKey">'),
      html.indexOf('<article id="listKeys">'),
    )
    const answer = article.slice(article.indexOf('class="reply"'))
    expect(answer).toContain('<code class="name">key</code>')
    expect(answer).toContain('<code class="name">tenantId</code>')
    expect(answer).not.toContain('either')
  })

  it('explain every error code', async () => {
    const html = await page('/docs/errors')
    for (const code of Object.keys(ERROR_CODES)) expect(html).toContain(`<tr id="${code}">`)
  })

  it.each(['/docs', '/docs/errors'])(
    '%s needs nothing from another host, and the browser enforces it',
    async (path) => {
      const response = await routes.request(`${ORIGIN}${path}`)
      const html = await response.text()
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
      const loaded = [...html.matchAll(/(?:src|rel="(?:stylesheet|icon)" href)="([^"]+)"/g)].map(
        ([, url]) => url ?? '',
      )
      expect(loaded.length).toBeGreaterThan(2)
      for (const url of loaded.filter((url) => !url.startsWith('data:'))) {
        expect(url).toMatch(/^\/docs\//)
        expect((await routes.request(`${ORIGIN}${url}`)).status).toBe(200)
      }
      expect(html).not.toMatch(/<style|style="|\son\w+="/)
    },
  )

  it('are where the root of the server leads', async () => {
    const response = await routes.request(`${ORIGIN}/`)
    expect([response.status, response.headers.get('location')]).toEqual([302, '/docs'])
  })
})
