import type { NewVersion } from '../../shared/db/documents.ts'

type Content = Pick<NewVersion, 'mediaType' | 'title' | 'metadata' | 'acl' | 'labels'>

/** Over everything that makes a version what it is. Order is no content where it means nothing: metadata keys, principals, labels. */
export async function contentHash(bytes: Uint8Array, content: Content): Promise<string> {
  const { mediaType, title, metadata, acl, labels } = content
  const fields = Object.entries(metadata).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const parts = [await sha256(bytes), mediaType, title, fields, acl?.toSorted() ?? null, labels.toSorted()]
  return sha256(encoder.encode(JSON.stringify(parts)))
}

/**
 * Ids that depend on what chunks say, not on where they stand: an edit elsewhere in the document leaves them. Equal texts are
 * told apart by counting.
 */
export async function chunkIds(documentId: string, texts: readonly string[]): Promise<string[]> {
  const seen = new Map<string, number>()
  const identities = texts.map((text) => {
    const occurrence = seen.get(text) ?? 0
    seen.set(text, occurrence + 1)
    return JSON.stringify([documentId, text, occurrence])
  })
  return Promise.all(identities.map((identity) => sha256(encoder.encode(identity))))
}

const encoder = new TextEncoder()

async function sha256(bytes: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
