import { z } from 'zod'
import { headersAuthorizer } from '../adapters/authorizers/headers.ts'
import { isMetadataHost } from '../domain/host.ts'
import { AppError } from '../errors.ts'
import type { Authorizer } from '../ports/authorizer.ts'

/** A Worker secret or binding by its name. */
export type Named = (name: string) => unknown

/** How a service of the platform's own settings is called: its key is named here and set as a Worker secret. */
export const serviceAuth = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({
    type: z.literal('bearer'),
    secretName: z
      .string()
      .regex(
        /^ORIGIN_[A-Z0-9_]{1,57}$/,
        'begins with ORIGIN_ and goes on in capital letters, digits and "_"',
      ),
  }),
])

/** The base address of a service; paths are added to it. */
export const serviceUrl = z
  .url({ protocol: /^https?$/, abort: true })
  .max(2_048)
  .refine(
    (url) => new URL(url).username + new URL(url).password === '',
    'must not hold a user or password; name a secret in auth',
  )
  .refine((url) => !/[?#]/.test(url), 'must not have a query or a fragment: paths are added to it')
  .refine((url) => !isMetadataHost(new URL(url).hostname), 'is the address of a cloud metadata service')
  .transform((url) => url.replace(/\/+$/, ''))

/** Reads the secret anew for every request, so that one that is not set is said when the service is used, and others go on. */
export function serviceAuthorizer(auth: z.infer<typeof serviceAuth>, named: Named): Authorizer {
  if (auth.type === 'none') return headersAuthorizer({})
  const { secretName } = auth
  return {
    async authorize(request, signal) {
      const value = named(secretName)
      if (typeof value !== 'string' || value === '')
        throw new AppError('upstream_rejected', `The Worker secret ${secretName} is not set`)
      return headersAuthorizer({ authorization: `Bearer ${value}` }).authorize(request, signal)
    },
  }
}
