import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type ZodType, z } from 'zod'
import { EXIT, Failure, reasonOf, systemCode } from '../lib/failure.ts'
import { type TokenizerFile, tokenizerFile } from './tokenizer.ts'

const configFile = z.object({
  hidden_size: z.int().min(1),
  max_position_embeddings: z.int().min(3),
})
/** sentence-transformers' own files; both may be missing. */
const sentenceFile = z.object({ max_seq_length: z.int().min(3).nullish() })
const poolingFile = z.object({
  pooling_mode_cls_token: z.boolean().default(false),
  pooling_mode_mean_tokens: z.boolean().default(false),
})

export type Pooling = 'mean' | 'cls'
export type ModelFiles = {
  readonly modelPath: string
  readonly tokenizer: TokenizerFile
  readonly dimensions: number
  /** Longer texts are cut unless more is asked for: as many tokens as the model was trained on where the folder says so, else all its positions. */
  readonly maxTokens: number
  /** The most tokens that the model can read at all. */
  readonly positions: number
  readonly pooling: Pooling
}

/** Reads what stands beside model.onnx. */
export async function readModelFiles(folder: string): Promise<ModelFiles> {
  const config = await required(folder, 'config.json', configFile)
  const tokenizer = await required(folder, 'tokenizer.json', tokenizerFile)
  const sentence = await optional(folder, 'sentence_bert_config.json', sentenceFile)
  const pooling = await optional(folder, '1_Pooling/config.json', poolingFile)
  const positions = config.max_position_embeddings
  return {
    modelPath: join(folder, 'model.onnx'),
    tokenizer,
    dimensions: config.hidden_size,
    positions,
    maxTokens: Math.min(positions, sentence?.max_seq_length ?? positions),
    pooling: pooling ? poolingOf(pooling) : 'mean',
  }
}

function poolingOf(file: z.infer<typeof poolingFile>): Pooling {
  if (file.pooling_mode_mean_tokens !== file.pooling_mode_cls_token)
    return file.pooling_mode_cls_token ? 'cls' : 'mean'
  throw new Failure(EXIT.usage, '1_Pooling/config.json: only the mean or the first token alone can be pooled')
}

async function required<T>(folder: string, name: string, schema: ZodType<T>): Promise<T> {
  const found = await optional(folder, name, schema)
  if (found !== null) return found
  throw new Failure(
    EXIT.usage,
    `--model: ${folder} has no ${name}. It needs model.onnx, tokenizer.json and config.json; docs/handbook/embedder.md says where they are`,
  )
}

async function optional<T>(folder: string, name: string, schema: ZodType<T>): Promise<T | null> {
  const text = await readFile(join(folder, name), 'utf8').catch((cause: unknown) => {
    if (systemCode(cause) === 'ENOENT' || systemCode(cause) === 'ENOTDIR') return null
    throw new Failure(EXIT.usage, `--model: ${name} cannot be read: ${reasonOf(cause)}`, { cause })
  })
  if (text === null) return null
  const { data, error } = schema.safeParse(parseJson(name, text))
  if (!error) return data
  const [issue] = error.issues
  throw new Failure(
    EXIT.usage,
    `--model: ${name} is of no model this command knows: ${issue?.path.join('.')}: ${issue?.message}`,
  )
}

function parseJson(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Failure(EXIT.usage, `--model: ${name} is not JSON: ${reasonOf(cause)}`, { cause })
  }
}
