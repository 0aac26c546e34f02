import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { basename, resolve } from 'node:path'
import { Command } from 'commander'
import { openEncoder } from '../embedder/encoder.ts'
import { type ModelFiles, readModelFiles } from '../embedder/model-files.ts'
import { loadRuntime } from '../embedder/runtime.ts'
import { serveEmbeddings } from '../embedder/server.ts'
import { bertTokenizer } from '../embedder/tokenizer.ts'
import { EXIT, Failure, reasonOf } from '../lib/failure.ts'
import { parseCount, parsePort } from '../lib/options.ts'
import { print } from '../lib/terminal.ts'

type Options = {
  readonly model: string
  readonly port: number
  readonly threads: number
  readonly name?: string
  readonly maxTokens?: number
}

export const embedderCommand = () =>
  new Command('embedder')
    .description('serve a sentence encoder on this machine in the shape of OpenAI embeddings, until Ctrl-C')
    .requiredOption('--model <folder>', 'holds model.onnx, tokenizer.json and config.json')
    .option('--port <number>', 'port on 127.0.0.1', parsePort, 8788)
    .option('--threads <number>', 'threads of one inference', parseCount, availableParallelism())
    .option('--name <model>', 'what requests call the model (default: the name of the folder)')
    .option(
      '--max-tokens <number>',
      "where longer texts are cut (default: the model's own limit)",
      parseCount,
    )
    .action(embedder)

async function embedder({ model, port, threads, name, maxTokens }: Options): Promise<void> {
  const folder = resolve(model)
  const files = await readModelFiles(folder)
  const { dimensions } = files
  const served = {
    model: name ?? basename(folder),
    dimensions,
    maxTokens: limitOf(files, maxTokens),
    tokenizer: bertTokenizer(files.tokenizer),
    encode: await openEncoder(loadRuntime(), files, threads),
  }
  const { url, close } = await serveEmbeddings(served, port).catch((cause: unknown) => {
    throw new Failure(EXIT.usage, `--port: ${port} cannot be used: ${reasonOf(cause)}`, { cause })
  })
  print(`ready ${url}/v1 model=${served.model} dimensions=${dimensions}`)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), once(process, 'SIGHUP')])
  await close()
}

function limitOf({ positions, maxTokens }: ModelFiles, asked = maxTokens): number {
  // Two are [CLS] and [SEP].
  if (asked >= 3 && asked <= positions) return asked
  throw new Failure(
    EXIT.usage,
    `--max-tokens: has to be from 3 to ${positions}, which the model has positions for`,
  )
}
