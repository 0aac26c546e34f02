import type { ServerResponse } from 'node:http'
import { type Call, listen } from '../../cli/fleet/http.ts'
import type { Origin } from '../../cli/fleet/origin.ts'
import {
  askOrigin,
  behind,
  type Double,
  type Incoming,
  leaving,
  type Reply,
  readIncoming,
  relay,
  sendReply,
} from './gate.ts'

export type ModalFault = 'spent' | 'elsewhere'
export type Modal = Double & {
  /** The next request is answered with so many redirects before its result. */
  redirect(times: number): void
  script(fault: ModalFault): void
}

const KEY = 'wk-test'
const SECRET = 'ws-test'

const CALL_ID = '__modal_function_call_id'
const prose = (status: number, words: string): Reply => ({ status, body: `modal-http: ${words}` })
const redirectTo = (location: string): Reply => ({ status: 303, body: '', headers: { location } })

function refusalOf({ headers }: Incoming, fault: ModalFault | undefined): Reply | null {
  if (headers['modal-key'] !== KEY || headers['modal-secret'] !== SECRET)
    return prose(401, 'missing credentials for proxy authorization')
  if (fault === 'spent') return prose(429, 'Webhook failed: workspace billing cycle spend limit reached')
  return fault === 'elsewhere' ? redirectTo('http://169.254.169.254/v1') : null
}

/** Modal's proxy, in its own words (https://modal.com/docs/guide/webhook-proxy-auth, /webhook-timeouts). A result can be taken once. */
export async function startModal(origin: Origin): Promise<Modal> {
  const results = new Map<string, { answer: Promise<Response>; redirects: number }>()
  const faults: ModalFault[] = []
  let redirects = 0

  /** Begins the call that a POST asks for; what a GET asks for has begun already. */
  const callOf = (incoming: Incoming, response: ServerResponse) => {
    const known = new URL(incoming.path, 'http://modal').searchParams.get(CALL_ID)
    if (incoming.method === 'GET' || known !== null) return known
    const id = `fc-${results.size + 1}`
    results.set(id, { answer: askOrigin(origin, incoming.body, leaving(response)), redirects })
    redirects = 0
    return id
  }

  async function serve({ request, response }: Call) {
    const incoming = await readIncoming(request)
    const refused = refusalOf(incoming, incoming.method === 'POST' ? faults.shift() : undefined)
    if (refused) return sendReply(response, refused)
    const id = callOf(incoming, response)
    const result = id === null ? undefined : results.get(id)
    if (!id || !result) return sendReply(response, prose(404, 'invalid function call'))
    if (result.redirects > 0) {
      result.redirects -= 1
      const { pathname } = new URL(incoming.path, 'http://modal')
      return sendReply(response, redirectTo(`${pathname}?${CALL_ID}=${id}`))
    }
    results.delete(id)
    return relay(response, await result.answer)
  }

  const double = behind(origin, await listen(0, serve), '/v1')
  return {
    ...double,
    redirect: (times) => {
      redirects = times
    },
    script: (fault) => void faults.push(fault),
  }
}

export const MODAL_HEADERS = { 'modal-key': KEY, 'modal-secret': SECRET }
