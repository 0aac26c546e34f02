// npm run check: every gate of the project, in one command with one meaning, here and in .ci/run. --no-tests leaves the test runner out.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'

type Outcome = { readonly passed: boolean; readonly output: string; readonly note?: string }
type Step = { readonly name: string; readonly run: () => Promise<Outcome> }

const root = resolve(import.meta.dirname, '..')
const bundles = join(root, '.build/dry-run')
const SOURCES = ['shared', 'workers', 'cli', 'bench', 'scripts', 'test', 'infra'].filter((folder) =>
  existsSync(join(root, folder)),
)
const WORKERS = [
  { name: 'router', config: 'wrangler.toml', limitBytes: 1_000_000 },
  { name: 'rag', config: 'workers/rag/wrangler.toml', limitBytes: 3_000_000 },
  { name: 'ingest', config: 'workers/ingest/wrangler.toml', limitBytes: 3_000_000 },
  { name: 'cost', config: 'workers/cost/wrangler.toml', limitBytes: 3_000_000 },
] as const
/** Fewer modules than this means that dependency-cruiser looked at the wrong thing and would pass on nothing. */
const FEWEST_MODULES = 50

function execute(command: string, args: readonly string[]): Promise<Outcome & { readonly stdout: string }> {
  return new Promise((done) => {
    const env = {
      ...process.env,
      WRANGLER_SEND_METRICS: 'false',
      WRANGLER_HIDE_BANNER: 'true',
      NO_COLOR: '1',
    }
    const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let stdout = ''
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      stdout += part
      output += part
    })
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      output += part
    })
    child.on('error', (error) => done({ passed: false, output: `${command}: ${error.message}`, stdout }))
    child.on('close', (code) => done({ passed: code === 0, output, stdout }))
  })
}

async function layers(): Promise<Outcome> {
  const { passed, output, stdout } = await execute('depcruise', [...SOURCES, '--output-type', 'json'])
  if (!stdout.startsWith('{')) return { passed: false, output }
  const { summary } = JSON.parse(stdout) as {
    summary: { totalCruised: number; violations: { from: string; to: string; rule: { name: string } }[] }
  }
  const note = `${summary.totalCruised} modules`
  if (summary.totalCruised <= FEWEST_MODULES) return { passed: false, output: `saw only ${note}` }
  return {
    passed,
    note,
    output: summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} → ${to}`).join('\n'),
  }
}

/** Dry-runs a deployment and weighs the code it would upload, gzipped; data modules (the embedding table) are not code. */
async function deploy({ name, config, limitBytes }: (typeof WORKERS)[number]): Promise<Outcome> {
  const folder = join(bundles, name)
  rmSync(folder, { recursive: true, force: true })
  const result = await execute('wrangler', [
    'deploy',
    '--dry-run',
    '--minify',
    '--outdir',
    folder,
    '--config',
    config,
  ])
  if (!result.passed) return result
  const code = readdirSync(folder).filter((file) => file.endsWith('.js'))
  const bytes = code.reduce((sum, file) => sum + gzipSync(readFileSync(join(folder, file))).byteLength, 0)
  const note = `${(bytes / 1_000).toFixed(1)} kB gzip of ${limitBytes / 1_000} kB`
  if (bytes === 0)
    return { passed: false, note, output: `wrangler wrote no code to ${folder}\n${result.output}` }
  return {
    passed: bytes <= limitBytes,
    note,
    output: `the bundle is larger than ${limitBytes} bytes; see ${folder}`,
  }
}

const command = (name: string, file: string, ...args: string[]): Step => ({
  name,
  run: () => execute(file, args),
})

const steps: Step[] = [
  command('format', 'biome', 'check'),
  command('types', 'tsc', '--noEmit'),
  command('lint', 'oxlint', '--type-aware', ...SOURCES),
  { name: 'layers', run: layers },
  command('dead code', 'knip'),
  command('generated', process.execPath, 'scripts/gen.ts', '--check'),
  ...WORKERS.map((worker) => ({ name: `deploy ${worker.name}`, run: () => deploy(worker) })),
]
if (!process.argv.includes('--no-tests')) steps.push(command('tests', 'vitest', 'run'))

const failed: string[] = []
for (const { name, run } of steps) {
  const startedAt = performance.now()
  const { passed, note, output } = await run()
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
  console.log(`${passed ? '✓' : '✗'} ${name.padEnd(14)} ${seconds.padStart(6)} s${note ? `  ${note}` : ''}`)
  if (passed) continue
  failed.push(name)
  console.log(output.trimEnd().replaceAll(/^/gm, '    '))
}
if (failed.length > 0) {
  console.error(`\nFailed: ${failed.join(', ')}`)
  process.exitCode = 1
}
