// The one way into the project from a bare machine: plain JavaScript that any Node since 18 understands.
// Installs what package-lock.json asks for and node_modules lacks, then runs a file under the project's own Node 24.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** npm writes what it installed to node_modules/.package-lock.json; anything that differs from our lock file is missing. */
function isInstalled() {
  const installedPath = join(root, 'node_modules/.package-lock.json')
  if (!existsSync(installedPath)) return false
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages
  const installed = JSON.parse(readFileSync(installedPath, 'utf8')).packages
  return Object.entries(wanted).every(
    ([path, entry]) =>
      path === '' ||
      entry.optional ||
      !path.includes('node_modules') ||
      installed[path]?.version === entry.version,
  )
}

function install() {
  if (isInstalled()) return
  process.stderr.write('Installing packages (first start, or package-lock.json changed) ...\n')
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error']
  const { status } = spawnSync('npm', ['ci', ...quiet], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  })
  if (status === 0) return
  process.stderr.write(
    'npm ci failed. Check that the npm registry can be reached, then run the same command again.\n',
  )
  process.exit(status ?? 1)
}

export function run(file, args) {
  install()
  const node = join(root, 'node_modules/node/bin/node')
  const child = spawn(node, ['--disable-warning=ExperimentalWarning', resolve(root, file), ...args], {
    stdio: 'inherit',
    env: {
      ...process.env,
      // Compiling wrangler and Miniflare anew would take a third of every start.
      NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node'),
      PATH: `${dirname(node)}:${join(root, 'node_modules/.bin')}:${process.env.PATH ?? ''}`,
    },
  })
  // Ctrl-C reaches the child by the terminal's process group; this process only waits for it to finish cleanly.
  const forward = (signal) => process.stdin.isTTY || child.kill(signal)
  process.on('SIGINT', () => forward('SIGINT'))
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  // npm does not pass SIGTERM on: once it is gone, nobody could stop what it started.
  if (process.env.npm_lifecycle_event) {
    const npm = process.ppid
    setInterval(() => process.ppid === npm || child.kill('SIGTERM'), 500)
  }
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 143)))
}

if (resolve(process.argv[1] ?? '') === fileURLToPath(import.meta.url)) {
  const [file, ...args] = process.argv.slice(2)
  run(file, args)
}
