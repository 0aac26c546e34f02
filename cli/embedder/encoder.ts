import { existsSync } from 'node:fs'
import { EXIT, Failure, reasonOf } from '../lib/failure.ts'
import type { ModelFiles } from './model-files.ts'
import { pool } from './pooling.ts'
import type { Encode } from './queue.ts'
import type { OnnxRuntime, Session, Tensor } from './runtime.ts'

const INPUTS = new Set(['input_ids', 'attention_mask', 'token_type_ids'])

/** Opens the model and runs it once, so that one that does not fit its config.json is told at the start. */
export async function openEncoder(runtime: OnnxRuntime, files: ModelFiles, threads: number): Promise<Encode> {
  const session = await open(runtime, files.modelPath, threads)
  const unknown = session.inputNames.filter((name) => !INPUTS.has(name))
  if (unknown.length > 0)
    throw new Failure(
      EXIT.usage,
      `model.onnx wants the inputs ${unknown.join(', ')}; export it as a BERT encoder`,
    )
  const encode: Encode = async (batch) => {
    const outputs = await session.run(feeds(runtime, session, batch))
    return vectorsOf(outputs[session.outputNames[0] ?? ''], batch, files)
  }
  await encode([[0, 0]])
  return encode
}

async function open({ InferenceSession }: OnnxRuntime, path: string, threads: number): Promise<Session> {
  if (!existsSync(path)) throw new Failure(EXIT.usage, `--model: ${path} is missing`)
  try {
    return await InferenceSession.create(path, { intraOpNumThreads: threads, interOpNumThreads: 1 })
  } catch (cause) {
    throw new Failure(EXIT.usage, `--model: ${path} is no model that can run: ${reasonOf(cause)}`, { cause })
  }
}

function feeds(runtime: OnnxRuntime, session: Session, batch: Parameters<Encode>[0]): Record<string, Tensor> {
  const longest = Math.max(...batch.map(({ length }) => length))
  const size = batch.length * longest
  const ids = new BigInt64Array(size)
  const mask = new BigInt64Array(size)
  for (const [text, tokens] of batch.entries())
    for (const [i, token] of tokens.entries()) {
      ids[text * longest + i] = BigInt(token)
      mask[text * longest + i] = 1n
    }
  const all = { input_ids: ids, attention_mask: mask, token_type_ids: new BigInt64Array(size) }
  const wanted = Object.entries(all).filter(([name]) => session.inputNames.includes(name))
  return Object.fromEntries(
    wanted.map(([name, data]) => [name, new runtime.Tensor('int64', data, [batch.length, longest])]),
  )
}

function vectorsOf(
  output: Tensor | undefined,
  batch: Parameters<Encode>[0],
  files: ModelFiles,
): Float32Array[] {
  const { dimensions, pooling } = files
  const isStates = output?.dims.length === 3 && output.dims[2] === dimensions
  if (!isStates || !(output.data instanceof Float32Array))
    throw new Failure(
      EXIT.usage,
      `model.onnx gives ${output?.dims.join(' × ')} values, not texts × tokens × ${dimensions}, the hidden_size of config.json`,
    )
  const lengths = batch.map(({ length }) => length)
  return pool(output.data, lengths, dimensions, pooling)
}
