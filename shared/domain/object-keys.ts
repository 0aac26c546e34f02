/** Where a version's bytes are: one folder for each job, so that racing uploads of one document never share a key. */
export type VersionFolder = {
  readonly tenantId: string
  readonly collectionId: string
  readonly documentId: string
  readonly jobId: string
}

/** The bytes as they were sent. */
export const rawKey = (folder: VersionFolder) => `${folderOf(folder)}/raw`

/** The text that spans point into, as UTF-8. */
export const canonicalKey = (folder: VersionFolder) => `${folderOf(folder)}/canonical`

/** Every object of a collection begins with this, and no object of another one does. */
export const collectionPrefix = (tenantId: string, collectionId: string) => `${tenantId}/${collectionId}/`

/** Document ids are free text; base64url of their bytes can neither leave its place in the key nor meet another id's. */
function folderOf({ tenantId, collectionId, documentId, jobId }: VersionFolder): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(documentId))
  const encoded = btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
  return `${collectionPrefix(tenantId, collectionId)}${encoded}/${jobId}`
}
