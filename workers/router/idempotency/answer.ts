import { AppError } from '../../../shared/errors.ts'
import { ownJson } from '../../../shared/own-json.ts'
import { joined, type Vault } from './vault.ts'

/** A row of an object takes 2 MB. */
const PART_BYTES = 1_000_000
/** Far more than any answer that is not a stream of endless text. */
export const MAX_KEPT_BYTES = 4_000_000
/** What a client needs to read the answer again; the rest belongs to the first exchange. */
const KEPT_HEADERS = ['content-type', 'cache-control', 'x-accel-buffering', 'location']

/** Why there is no body to replay: it was longer than what is kept, or it broke off without saying why. */
export type Lost = 'too_long' | 'broken'
export type Body = { readonly bytes: Uint8Array; readonly lost: Lost | null }
type Head = {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly requestId: string
  readonly parts: number
  readonly lost: Lost | null
}

const encoder = new TextEncoder()

/** The answer as it is stored: a sealed head, then the sealed body in parts. */
export async function sealAnswer(
  vault: Vault,
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  { bytes, lost }: Body,
  requestId: string,
): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = []
  for (let at = 0; at < bytes.byteLength; at += PART_BYTES) parts.push(bytes.subarray(at, at + PART_BYTES))
  const kept = KEPT_HEADERS.flatMap((name) => {
    const value = headers.get(name)
    return value === null ? [] : [[name, value] as const]
  })
  const head: Head = { status, headers: kept, requestId, parts: parts.length, lost }
  const plain = [encoder.encode(JSON.stringify(head)), ...parts]
  return Promise.all(plain.map((part, index) => vault.seal(index, part)))
}

/** The first answer again. Throws AppError when it could not be kept. */
export async function openAnswer(vault: Vault, sealed: readonly Uint8Array[]): Promise<Response> {
  const [first, ...parts] = await Promise.all(sealed.map((part, index) => vault.open(index, part)))
  const head = ownJson<Head>(new TextDecoder().decode(first))
  if (head.lost !== null) throw notKept(head.lost)
  if (head.parts !== parts.length)
    throw new AppError('internal', 'The stored answer of this Idempotency-Key is incomplete')
  const headers = new Headers(head.headers.map(([name, value]): [string, string] => [name, value]))
  headers.set('idempotent-replayed', 'true')
  headers.set('original-request-id', head.requestId)
  return new Response(parts.length === 0 ? null : joined(parts), { status: head.status, headers })
}

function notKept(lost: Lost): AppError {
  const why =
    lost === 'too_long'
      ? `has more than ${MAX_KEPT_BYTES} bytes, which is not kept`
      : 'broke off and was not kept'
  return new AppError(
    'idempotency_conflict',
    `The request of this Idempotency-Key was done; its answer ${why}. Use a new key to do it again`,
  )
}
