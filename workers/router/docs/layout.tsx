import { html } from 'hono/html'
import type { Child } from 'hono/jsx'

const ICON =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><rect width='16' height='16' rx='4' fill='%230b7285'/><path d='M5 12V4h6M5 8h4' stroke='white' stroke-width='2' fill='none'/></svg>"

/** The frame of every page here. Nothing in it comes from another host. */
export function Layout({ title, version, children }: { title: string; version: string; children: Child }) {
  const page = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{title}</title>
        <link rel="icon" href={ICON} />
        <link rel="stylesheet" href="/docs/reference.css" />
        <script src="/docs/reference.js" defer></script>
      </head>
      <body>
        <header class="top">
          <a class="brand" href="/docs">
            Fairlead <small>{version}</small>
          </a>
          <a href="/docs">Reference</a>
          <a href="/docs/errors">Errors</a>
          <a href="/openapi.json">OpenAPI</a>
        </header>
        {children}
      </body>
    </html>
  )
  return html`<!doctype html>${page}`
}
