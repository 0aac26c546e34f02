// The first minutes of a user, checked: npm start, its curl line, a cited answer whose source re-extracts, Ctrl-C, and a second start without any network.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

type QueryAnswer = {
  answer: string
  sources: { number: number; documentId: string; version: number; start: number; end: number; text: string }[]
}

const root = resolve(import.meta.dirname, '..')
const stateDir = join(mkdtempSync(join(tmpdir(), 'fairlead-first-')), 'state')
const PATIENCE_MS = 180_000

/** Starts the platform as the README says and waits for its two lines. */
async function start(command: readonly string[]) {
  const startedAt = performance.now()
  const [program = 'npm', ...args] = command
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], detached: true })
  const lines = await new Promise<string[]>((done, failed) => {
    let text = ''
    const timer = setTimeout(() => failed(new Error(`not ready after ${PATIENCE_MS / 1_000} s`)), PATIENCE_MS)
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part
      const found = text.split('\n')
      if (!found.some((line) => line.startsWith('ready ')) || !found.some((line) => line.startsWith('curl ')))
        return
      clearTimeout(timer)
      done(found)
    })
    child.on('exit', (code) => failed(new Error(`npm start ended with ${code}`)))
  })
  const seconds = (performance.now() - startedAt) / 1_000
  const url = lines.find((line) => line.startsWith('ready '))?.slice('ready '.length) ?? ''
  const curl = lines.find((line) => line.startsWith('curl ')) ?? ''
  return { child, url, curl, seconds }
}

/**
 * A supervisor tells npm alone to end, a terminal's Ctrl-C the whole process group. npm reports the signal as its own end, so what counts
 * is that nothing answers any more.
 */
async function stop({ child, url }: { child: ChildProcess; url: string }, how: 'supervisor' | 'terminal') {
  const { pid = 0 } = child
  if (how === 'supervisor') process.kill(pid, 'SIGTERM')
  else process.kill(-pid, 'SIGINT')
  await once(child, 'exit')
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(100))
    if (!(await answers(url))) return
  throw new Error(`${url} still answers 10 s after its end`)
}

const answers = (url: string) =>
  fetch(`${url}/health`).then(
    () => true,
    () => false,
  )

async function checkAnswer(url: string, curl: string) {
  const { answer, sources } = JSON.parse(
    execFileSync('sh', ['-c', curl], { encoding: 'utf8' }),
  ) as QueryAnswer
  const cited = sources.filter(({ number }) => answer.includes(`[${number}]`))
  if (cited.length === 0) throw new Error(`the answer cites nothing: ${answer}`)
  const { apiKey } = JSON.parse(readFileSync(join(stateDir, 'local.json'), 'utf8')) as { apiKey: string }
  for (const { documentId, version, start: from, end, text } of cited) {
    const path = `/v1/collections/handbook/documents/${encodeURIComponent(documentId)}/content?version=${version}`
    const response = await fetch(url + path, { headers: { authorization: `Bearer ${apiKey}` } })
    if ((await response.text()).slice(from, end) !== text)
      throw new Error(`${documentId} [${from}, ${end}) differs`)
  }
  console.log(`answer: ${answer.replaceAll('\n', ' ')}\n${cited.length} cited sources re-extract exactly`)
}

const options = ['--', '--port', '0', '--state', stateDir]
const npmStart = ['npm', 'start', '--silent', ...options]
/** Loopback only, where the kernel lets us take the network away. */
const offline = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh', ...npmStart]
const canUnplug = spawnSync('unshare', ['--net', 'sh', '-c', 'ip link set lo up']).status === 0

try {
  const first = await start(npmStart)
  console.log(`ready ${first.url} after ${first.seconds.toFixed(1)} s`)
  try {
    await checkAnswer(first.url, first.curl)
  } finally {
    await stop(first, 'supervisor')
  }
  const second = await start(canUnplug ? offline : npmStart)
  await stop(second, 'terminal')
  console.log(
    `second start${canUnplug ? ', without a network,' : ''} ready after ${second.seconds.toFixed(1)} s`,
  )
} finally {
  rmSync(resolve(stateDir, '..'), { recursive: true, force: true })
}
