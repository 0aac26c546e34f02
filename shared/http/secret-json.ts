import type { z } from 'zod'
import { AppError } from '../errors.ts'
import { parseJson } from './body.ts'

/** A secret and what it is called. Only the name and the expected shape are ever told to anyone. */
export type NamedSecret = { readonly name: string; readonly value: string }

/** Reads a secret that is JSON. Throws upstream_rejected, naming the secret and the shape it should have. */
export function readSecretJson<T>(secret: NamedSecret, schema: z.ZodType<T>, shape: string): T {
  const { data, success } = schema.safeParse(parseJson(secret.value))
  if (success) return data
  throw new AppError('upstream_rejected', `The Worker secret ${secret.name} must be JSON like ${shape}`)
}
