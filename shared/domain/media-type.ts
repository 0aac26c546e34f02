const BY_EXTENSION = new Map([
  ['md', 'text/markdown'],
  ['markdown', 'text/markdown'],
  ['html', 'text/html'],
  ['htm', 'text/html'],
  ['txt', 'text/plain'],
])

/** What a document sent as `chunks` is stored as: their JSON. */
export const CHUNKS_MEDIA_TYPE = 'application/vnd.fairlead.chunks+json'

/** Says no more than that nobody knew. */
const UNKNOWN = 'application/octet-stream'

/** Media type by the extension of a file name, null when it has none that we know. */
export function mediaTypeOfName(name: string): string | null {
  const extension = /\.([a-z]+)$/i.exec(name)?.[1] ?? ''
  return BY_EXTENSION.get(extension.toLowerCase()) ?? null
}

/** `type/subtype` of a Content-Type value, null when it names none or an encoding other than UTF-8 (RFC 9110 §8.3). */
export function essence(contentType: string): string | null {
  const [type = '', ...parameters] = contentType
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  const charset = parameters
    .find((parameter) => parameter.startsWith('charset='))
    ?.slice(8)
    .replaceAll('"', '')
  const isReadable = charset === undefined || ['utf-8', 'utf8', 'us-ascii'].includes(charset)
  return type === '' || type === UNKNOWN || !isReadable ? null : type
}
