import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin'
import { defineConfig } from 'vitest/config'

export default defineConfig(async () => ({
  test: {
    // Workers under test write their wide events to the console; what a test says of them it asserts.
    onConsoleLog: (text: string) => !text.startsWith('{"event":'),
    projects: [
      {
        test: {
          name: 'unit',
          pool: 'threads',
          isolate: false,
          include: ['test/{api,domain,adapters,workers,http,cli,bench,meta,infra}/**/*.test.ts'],
        },
      },
      {
        plugins: [
          cloudflareTest({
            wrangler: { configPath: './test/integration/wrangler.toml' },
            miniflare: { bindings: { MIGRATIONS: await readD1Migrations('./shared/db/migrations') } },
          }),
        ],
        test: {
          name: 'workerd',
          globalSetup: ['./test/integration/origin.ts'],
          isolate: false,
          include: ['test/integration/**/*.test.ts'],
          setupFiles: ['./test/integration/setup.ts'],
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'e2e',
          globalSetup: ['./test/e2e/setup.ts'],
          include: ['test/e2e/**/*.test.ts'],
          pool: 'threads',
          fileParallelism: false,
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
}))
