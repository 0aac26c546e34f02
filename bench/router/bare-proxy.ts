// bare-worker.ts in a workerd of its own, set up as the platform's: one direct socket, no Node in front. Prints {"url"} and serves until SIGTERM.
import { resolve } from 'node:path'
import { buildSync } from 'esbuild'
import { Miniflare } from 'miniflare'

const [upstream = ''] = process.argv.slice(2)
const { outputFiles } = buildSync({
  entryPoints: [resolve(import.meta.dirname, 'bare-worker.ts')],
  bundle: true,
  format: 'esm',
  target: 'es2024',
  minify: true,
  write: false,
})
const miniflare = new Miniflare({
  cf: false,
  enableDevRegistry: false,
  telemetry: { enabled: false },
  workers: [
    {
      config: {
        name: 'bare',
        compatibilityDate: '2026-11-01',
        manifest: {
          mainModule: 'bare-worker.js',
          modules: { 'bare-worker.js': { type: 'esm', contents: outputFiles[0]?.text ?? '' } },
        },
        env: { UPSTREAM: { type: 'text', value: upstream } },
      },
      dev: { unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }], stripCfConnectingIp: false },
    },
  ],
})
const { origin } = await miniflare.unsafeGetDirectURL('bare')
console.log(JSON.stringify({ url: `${origin}/v1/chat/completions` }))
process.on('SIGTERM', () => void miniflare.dispose().finally(() => process.exit(0)))
