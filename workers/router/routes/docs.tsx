import { Hono } from 'hono'
import { html } from 'hono/html'
import type { Child } from 'hono/jsx'
import { secureHeaders } from 'hono/secure-headers'
import { type ApiDocument, openApiDocument } from '../docs/document.ts'
import { ErrorsPage } from '../docs/errors-page.tsx'
import { ReferencePage } from '../docs/reference-page.tsx'
import { SCRIPT } from '../docs/script.ts'
import { STYLE } from '../docs/style.ts'

/** The pages use what this host serves and nothing else. */
const pageHeaders = secureHeaders({
  // Whether a whole domain is HTTPS only is for its owner to say.
  strictTransportSecurity: false,
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    styleSrc: ["'self'"],
    scriptSrc: ["'self'"],
    imgSrc: ['data:'],
    baseUri: ["'none'"],
    formAction: ["'none'"],
    frameAncestors: ["'none'"],
  },
})

/** The reference, for tools and for people. No key: it says nothing that the source does not. */
export function docsRoutes({ version }: { version: string }) {
  // Made with the first request and kept: the page for the address that it was last read at.
  let document: ApiDocument | undefined
  let page: { readonly origin: string; readonly html: string } | undefined
  const described = () => (document ??= openApiDocument(version))
  return new Hono()
    .get('/', (c) => c.redirect('/docs'))
    .get('/openapi.json', (c) => c.json(described()))
    .use('/docs/*', pageHeaders)
    .get('/docs', async (c) => {
      const { origin } = new URL(c.req.url)
      if (page?.origin !== origin)
        page = { origin, html: await rendered(<ReferencePage document={described()} origin={origin} />) }
      return c.html(page.html)
    })
    .get('/docs/errors', (c) => c.html(<ErrorsPage version={version} />))
    .get('/docs/reference.css', (c) => c.body(STYLE, 200, asset('text/css')))
    .get('/docs/reference.js', (c) => c.body(SCRIPT, 200, asset('text/javascript')))
}

const rendered = async (page: Child) => (await html`${page}`).toString()

const asset = (mediaType: string) => ({
  'content-type': `${mediaType}; charset=utf-8`,
  'cache-control': 'public, max-age=3600',
})
