import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import wabt from 'wabt'
import type { Generator } from '../infra/generator.ts'

const SOURCE = 'workers/rag/objects/scan.wat'
const MODULE = 'workers/rag/objects/scan.wasm'

/** The WebAssembly that scans vectors, from its text. */
export async function wasmGenerator(root: string): Promise<Generator> {
  const { parseWat } = await wabt()
  const compile = () => {
    const parsed = parseWat(SOURCE, readFileSync(join(root, SOURCE), 'utf8'), { simd: true })
    try {
      parsed.validate()
      return Buffer.from(parsed.toBinary({}).buffer)
    } finally {
      parsed.destroy()
    }
  }
  return {
    name: MODULE,
    write() {
      writeFileSync(join(root, MODULE), compile())
      return true
    },
    isUpToDate: () => existsSync(join(root, MODULE)) && readFileSync(join(root, MODULE)).equals(compile()),
  }
}
