import { type ChildProcess, spawn } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { basename } from 'node:path'

const CHANNEL = 'child_process'

/**
 * From now on every child process of this program (Miniflare starts workerd, and starts it again after a crash) dies when this process does, even by kill -9:
 * a small shell waits for the end of a pipe that only this process holds open. Returns a function that ends the watch for new ones.
 */
export function endWithParent(program: string): () => void {
  const onCreated = (message: unknown) => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what Node documents for this channel
    const { process: child } = message as { process: ChildProcess }
    child.once('spawn', () => {
      if (basename(child.spawnfile) === program) guard(child)
    })
  }
  subscribe(CHANNEL, onCreated)
  return () => unsubscribe(CHANNEL, onCreated)
}

function guard(child: ChildProcess): void {
  const script = 'read -r _; kill -9 "$0" 2>/dev/null'
  const guardian = spawn('sh', ['-c', script, String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Ctrl-C reaches every process of the terminal's group; the guardian has to outlive it.
    detached: true,
  })
  guardian.unref()
  child.once('exit', () => guardian.kill('SIGKILL'))
}
