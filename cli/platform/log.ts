import { createWriteStream, existsSync, renameSync } from 'node:fs'
import { join } from 'node:path'

export type Log = { readonly write: (message: string) => void; readonly close: () => Promise<void> }

/** The Workers' events, one JSON object a line, in `platform.log`; the log of the start before is kept beside it. */
export function openLog(stateDir: string): Log {
  const path = join(stateDir, 'platform.log')
  if (existsSync(path)) renameSync(path, `${path}.1`)
  const stream = createWriteStream(path, { mode: 0o600 })
  return {
    write: (message) => void stream.write(`${asEvent(message)}\n`),
    close: () => new Promise((closed) => stream.end(closed)),
  }
}

/** What workerd itself has to say is plain text. */
const asEvent = (message: string) =>
  message.startsWith('{') ? message : JSON.stringify({ event: 'runtime', message })

export const noLog: Log = { write: () => {}, close: async () => {} }
