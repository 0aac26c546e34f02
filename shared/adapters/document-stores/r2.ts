import { AppError } from '../../errors.ts'
import type { DocumentStore } from '../../ports/document-store.ts'

/** Most keys that one call of R2 deletes. https://developers.cloudflare.com/r2/api/workers/workers-api-reference/ */
const KEYS_PER_DELETE = 1_000

export function r2DocumentStore(bucket: R2Bucket): DocumentStore {
  return {
    name: 'r2',
    async put(key, body, mediaType) {
      await answered(bucket.put(key, body, { httpMetadata: { contentType: mediaType } }))
    },
    async get(key) {
      const object = await answered(bucket.get(key))
      return object && answered(object.bytes())
    },
    async stream(key) {
      return (await answered(bucket.get(key)))?.body ?? null
    },
    async delete(keys) {
      for (let i = 0; i < keys.length; i += KEYS_PER_DELETE)
        await answered(bucket.delete(keys.slice(i, i + KEYS_PER_DELETE)))
    },
    async list(prefix) {
      const { objects } = await answered(bucket.list({ prefix }))
      return objects.map(({ key }) => key)
    },
  }
}

async function answered<T>(call: Promise<T>): Promise<T> {
  try {
    return await call
  } catch (cause) {
    throw new AppError('internal', 'The document store failed', { cause })
  }
}
