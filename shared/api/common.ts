import { z } from '@hono/zod-openapi'
import type { Comparison, Filter } from '../domain/filter.ts'
import { LEVELS, TIERS } from '../domain/tiers.ts'

/** Limits of the public API, in bytes unless said. */
export const LIMITS = {
  questionBytes: 32_000,
  documentBytes: 25_000_000,
  documentsPerRequest: 1_000,
  requestBytes: 100_000_000,
  /** Of a request with an Idempotency-Key, which is read whole before anything happens. */
  idempotentRequestBytes: 10_000_000,
  idempotencyKeyChars: 255,
} as const

const bytes = (text: string) => new TextEncoder().encode(text).byteLength

export const tier = z.enum(TIERS)
export const level = z.enum(LEVELS)
const name = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,62}$/,
    'use 1 to 63 lower-case letters, digits, "-" or "_", beginning with a letter or digit',
  )
export const collectionName = name.openapi({ example: 'handbook' })
export const policyName = name.openapi({ example: 'night-batch' })
export const templateName = name.openapi({ example: 'support' })
export const documentId = z
  .string()
  .min(1)
  .refine((id) => bytes(id) <= 512, 'may have at most 512 bytes')
  .refine((id) => !/[\p{Cc}\p{Cs}]/u.test(id), 'may not contain control characters or half a surrogate pair')
  // A URL path can never name them: clients and servers alike resolve these away.
  .refine((id) => id !== '.' && id !== '..', 'may not be "." or ".."')
  .openapi({ example: 'leave-policy.md' })
export const question = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .refine((text) => bytes(text) <= LIMITS.questionBytes, `may have at most ${LIMITS.questionBytes} bytes`)
  .openapi({ description: `At most ${LIMITS.questionBytes} bytes of UTF-8.` })

export const pageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
  cursor: z.string().max(1_024).optional(),
})

export const page = <T extends z.ZodType>(item: T) =>
  z.object({ data: z.array(item), nextCursor: z.string().nullable() })

const scalar = z.union([z.string().max(1_024), z.number(), z.boolean()])
const ordered = z.union([z.number(), z.string().max(1_024)])

export const metadata = z
  .record(z.string().min(1).max(64), z.union([scalar, z.array(scalar).max(100).readonly()]))
  .refine((value) => bytes(JSON.stringify(value)) <= 16_384, 'may have at most 16 kB as JSON')

const comparison = z.union(
  [
    z.strictObject({ eq: scalar }),
    z.strictObject({ ne: scalar }),
    z.strictObject({ in: z.array(scalar).min(1).max(100) }),
    z.strictObject({ gt: ordered }),
    z.strictObject({ gte: ordered }),
    z.strictObject({ lt: ordered }),
    z.strictObject({ lte: ordered }),
    z.strictObject({ exists: z.boolean() }),
  ],
  'takes one of eq, ne, in, gt, gte, lt, lte with a value, or exists with true or false',
) satisfies z.ZodType<Comparison>

const fields = z
  .record(z.string().min(1).max(64), comparison)
  .refine((given) => Object.keys(given).length > 0, 'names no field')
  .transform((given): Filter => ({ and: Object.entries(given).map(([field, is]) => ({ field, is })) }))

/** What a node's first key says it is, so that an error names the very place that is wrong. */
const filterNode: z.ZodType<Filter> = z.lazy(() =>
  z.unknown().transform((node, context): Filter => {
    const parsed = nodeSchema(node).safeParse(node)
    if (parsed.success) return parsed.data
    for (const issue of parsed.error.issues)
      context.addIssue({ code: 'custom', message: issue.message, path: issue.path })
    return z.NEVER
  }),
)

function nodeSchema(node: unknown): z.ZodType<Filter> {
  const has = (key: string) => typeof node === 'object' && node !== null && key in node
  if (has('and')) return z.strictObject({ and: z.array(filterNode).min(1).max(32) })
  if (has('or')) return z.strictObject({ or: z.array(filterNode).min(1).max(32) })
  return has('not') ? z.strictObject({ not: filterNode }) : fields
}

const MAX_FILTER_DEPTH = 16

function isDeeper(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return limit === 0 || Object.values(value).some((inner) => isDeeper(inner, limit - 1))
}

/** `{and}`, `{or}`, `{not}` or `{field: {eq|ne|in|gt|gte|lt|lte|exists: value}}`; several fields in one object must all hold. */
export const filter = z
  .unknown()
  .refine((input) => !isDeeper(input, MAX_FILTER_DEPTH), `is nested deeper than ${MAX_FILTER_DEPTH}`)
  .pipe(filterNode)
  .openapi('Filter', {
    type: 'object',
    description:
      '`{and: [..]}`, `{or: [..]}`, `{not: ..}` or `{field: {eq|ne|in|gt|gte|lt|lte|exists: value}}` over document metadata.',
    example: { and: [{ lang: { eq: 'en' } }, { year: { gte: 2024 } }] },
  })

/** Names the tenant to act on, where that is not the key's own. */
export const otherTenant = z
  .string()
  .min(1)
  .max(64)
  .optional()
  .openapi({ description: 'Only keys of the tenant "system" may name another tenant.' })

export const time = z.union(
  [z.iso.datetime(), z.iso.date()],
  'give a UTC time such as 2026-11-01 or 2026-11-01T12:00:00Z',
)

export const usd = z.number().min(0).max(9_000_000)
