import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { EXIT, Failure, reasonOf, systemCode } from '../lib/failure.ts'
import { PROJECT } from '../lib/project.ts'

const PACKAGE = 'onnxruntime-node'
const VERSION = '1.30.0'

export type Tensor = { readonly dims: readonly number[]; readonly data: unknown }
type SessionOptions = { readonly intraOpNumThreads: number; readonly interOpNumThreads: number }

export type Session = {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>
}

/** As much of onnxruntime-node as is used here; the package is not installed with this project, so its types are not there. */
export type OnnxRuntime = {
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => Tensor
  readonly InferenceSession: { create(path: string, options: SessionOptions): Promise<Session> }
}

const isRuntime = (loaded: unknown): loaded is OnnxRuntime =>
  typeof loaded === 'object' && loaded !== null && 'Tensor' in loaded && 'InferenceSession' in loaded

/** Loads onnxruntime-node from the project, or from the folder FAIRLEAD_ONNXRUNTIME names, which `npm ci` leaves alone. */
export function loadRuntime(folder = process.env['FAIRLEAD_ONNXRUNTIME'] ?? PROJECT): OnnxRuntime {
  try {
    const loaded: unknown = createRequire(join(resolve(folder), 'package.json'))(PACKAGE)
    if (isRuntime(loaded)) return loaded
  } catch (cause) {
    if (systemCode(cause) !== 'MODULE_NOT_FOUND')
      throw new Failure(EXIT.failed, `${PACKAGE} does not load: ${reasonOf(cause)}`, { cause })
    const install = `ONNXRUNTIME_NODE_INSTALL=skip npm install --no-save ${PACKAGE}@${VERSION}`
    throw new Failure(EXIT.usage, `${PACKAGE} is not in ${folder}. Install it there: ${install}`, { cause })
  }
  throw new Failure(EXIT.failed, `${PACKAGE} in ${folder} is not what it was; this command knows ${VERSION}`)
}
