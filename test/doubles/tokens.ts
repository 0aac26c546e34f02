import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { type Call, listen } from '../../cli/fleet/http.ts'
import { type Incoming, type Reply, readIncoming, sendReply } from './gate.ts'

export type TokenFault = 'unavailable' | 'html' | 'slow' | 'empty'
export type TokenEndpoint = {
  readonly url: string
  /** Tokens given out so far. */
  readonly issued: readonly string[]
  readonly asked: readonly URLSearchParams[]
  /** What an API that trusts this endpoint says to a request: null lets it in. */
  readonly admit: (incoming: Incoming) => Reply | null
  script(fault: TokenFault): void
  close(): Promise<void>
}

type Check = (form: URLSearchParams, url: string) => string | null

async function startTokenEndpoint(
  prefix: string,
  lifetimeSeconds: number,
  check: Check,
): Promise<TokenEndpoint> {
  const issued: string[] = []
  const asked: URLSearchParams[] = []
  const faults: TokenFault[] = []

  async function serve({ request, response }: Call) {
    const incoming = await readIncoming(request)
    const form = new URLSearchParams(incoming.body)
    asked.push(form)
    const fault = faults.shift()
    if (fault === 'unavailable')
      return sendReply(response, { status: 503, body: { error: 'temporarily_unavailable' } })
    if (fault === 'html') return sendReply(response, { status: 200, body: '<html>' })
    if (fault === 'empty') return sendReply(response, { status: 200, body: { token_type: 'Bearer' } })
    if (fault === 'slow') await new Promise((resolve) => setTimeout(resolve, 300))
    const refused = check(form, `http://${incoming.headers.host}${incoming.path}`)
    // As the real ones do, it repeats what it was sent.
    if (refused)
      return sendReply(response, { status: 401, body: { error: refused, error_description: incoming.body } })
    const token = `${prefix}${issued.length + 1}`
    issued.push(token)
    return sendReply(response, {
      status: 200,
      body: { access_token: token, expires_in: lifetimeSeconds, token_type: 'Bearer' },
    })
  }

  const { url, close } = await listen(0, serve)
  const admit = ({ headers }: Incoming) =>
    issued.some((token) => headers.authorization === `Bearer ${token}`)
      ? null
      : { status: 401, body: { error: { code: 401, message: 'UNAUTHENTICATED' } } }
  return { url, issued, asked, admit, script: (fault) => void faults.push(fault), close }
}

export const ENTRA_SECRET = {
  tenantId: 'contoso.example',
  clientId: 'app-1',
  clientSecret: 'entra-secret-value',
}

/** Entra ID: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow */
export const startEntra = (scope: string, lifetimeSeconds = 3_599): Promise<TokenEndpoint> =>
  startTokenEndpoint('entra-', lifetimeSeconds, (form, url) => {
    if (new URL(url).pathname !== `/${ENTRA_SECRET.tenantId}/oauth2/v2.0/token`) return 'invalid_tenant'
    const isRight =
      form.get('grant_type') === 'client_credentials' &&
      form.get('client_id') === ENTRA_SECRET.clientId &&
      form.get('client_secret') === ENTRA_SECRET.clientSecret
    if (!isRight) return 'invalid_client'
    return form.get('scope') === scope ? null : 'invalid_scope'
  })

const keys = generateKeyPairSync('rsa', { modulusLength: 2048 })
export const serviceAccount = (tokenUri: string, privateKey = keys.privateKey) => ({
  type: 'service_account',
  client_email: 'router@project.iam.gserviceaccount.com',
  private_key_id: 'key-1',
  private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  token_uri: tokenUri,
})
export const otherKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey

const decoded = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString())

/** Whether the assertion is signed by our service account, for this endpoint. */
function isGenuine(assertion: string, url: string): boolean {
  const [head = '', claims = '', signature = ''] = assertion.split('.')
  const { alg, kid } = decoded(head)
  const { iss, aud, iat, exp } = decoded(claims)
  const bytes = Buffer.from(signature, 'base64url')
  const isSigned = verify(
    'RSA-SHA256',
    Buffer.from(`${head}.${claims}`),
    createPublicKey(keys.privateKey),
    bytes,
  )
  const isOurs = alg === 'RS256' && kid === 'key-1' && iss === serviceAccount(url).client_email
  return isSigned && isOurs && aud === url && exp - iat <= 3_600
}

/** Google's endpoint for service accounts, which checks the signature for real: https://developers.google.com/identity/protocols/oauth2/service-account#httprest */
export const startGoogle = (lifetimeSeconds = 3_599): Promise<TokenEndpoint> =>
  startTokenEndpoint('ya29.', lifetimeSeconds, (form, url) => {
    if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer')
      return 'unsupported_grant_type'
    const assertion = form.get('assertion') ?? ''
    if (!isGenuine(assertion, url)) return 'invalid_grant'
    const { scope } = decoded(assertion.split('.')[1] ?? '')
    return scope === 'https://www.googleapis.com/auth/cloud-platform' ? null : 'invalid_scope'
  })
