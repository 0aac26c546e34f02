import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export type ServerProcess = { readonly pid: number; readonly stop: () => Promise<void> }
export type AnnouncedServer = ServerProcess & { readonly announcement: Readonly<Record<string, string>> }

function stopper(child: ChildProcess) {
  return async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    const gone = await Promise.race([exited.then(() => true), sleep(5_000, false)])
    if (gone) return
    child.kill('SIGKILL')
    await exited
  }
}

/** Starts one of our own TypeScript servers; its first line on stdout is JSON that says where it listens. */
export async function startAnnounced(file: string, args: readonly string[]): Promise<AnnouncedServer> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const stop = stopper(child)
  const announcement = await new Promise<Record<string, string>>((resolve, reject) => {
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part
      const end = text.indexOf('\n')
      if (end >= 0) resolve(JSON.parse(text.slice(0, end)) as Record<string, string>)
    })
    child.on('exit', (code) => reject(new Error(`${file} ended with ${code} before it listened`)))
  })
  return { pid: child.pid ?? 0, stop, announcement }
}

/** Starts a foreign server and waits until `url` answers anything at all. */
export async function startForeign(
  command: string,
  args: readonly string[],
  url: string,
  patienceMs: number,
): Promise<ServerProcess> {
  const child = spawn(command, args, { stdio: 'ignore', env: { ...process.env, NODE_ENV: 'production' } })
  const stop = stopper(child)
  const failed = new Promise<never>((_resolve, reject) => {
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`${command} ended with ${code}`)))
  })
  const answers = async () => {
    for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(200))
      if (
        await fetch(url).then(
          () => true,
          () => false,
        )
      )
        return
    throw new Error(`${command} did not listen within ${patienceMs} ms`)
  }
  try {
    await Promise.race([answers(), failed])
  } catch (error) {
    await stop()
    throw error
  }
  failed.catch(() => {})
  return { pid: child.pid ?? 0, stop }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
