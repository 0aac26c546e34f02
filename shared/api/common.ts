import { z } from '@hono/zod-openapi'
import type { Comparison, Filter } from '../domain/filter.ts'
import { LEVELS, TIERS } from '../domain/tiers.ts'

/** Limits of the public API, in bytes unless said. */
export const LIMITS = {
  questionBytes: 32_000,
  documentBytes: 25_000_000,
  documentsPerRequest: 1_000,
  requestBytes: 100_000_000,
} as const

const bytes = (text: string) => new TextEncoder().encode(text).byteLength

export const tier = z.enum(TIERS)
export const level = z.enum(LEVELS)
export const collectionName = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,62}$/,
    'use 1 to 63 lower-case letters, digits, "-" or "_", beginning with a letter or digit',
  )
  .openapi({ example: 'handbook' })
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

const comparison = z.union([
  z.strictObject({ eq: scalar }),
  z.strictObject({ ne: scalar }),
  z.strictObject({ in: z.array(scalar).min(1).max(100) }),
  z.strictObject({ gt: ordered }),
  z.strictObject({ gte: ordered }),
  z.strictObject({ lt: ordered }),
  z.strictObject({ lte: ordered }),
  z.strictObject({ exists: z.boolean() }),
]) satisfies z.ZodType<Comparison>

type FilterInput =
  | { and: FilterInput[] }
  | { or: FilterInput[] }
  | { not: FilterInput }
  | Record<string, Comparison>

const filterInput: z.ZodType<FilterInput> = z.lazy(() =>
  z.union([
    z.strictObject({ and: z.array(filterInput).min(1).max(32) }),
    z.strictObject({ or: z.array(filterInput).min(1).max(32) }),
    z.strictObject({ not: filterInput }),
    z
      .record(z.string().min(1).max(64), comparison)
      .refine((fields) => Object.keys(fields).length > 0, 'names no field'),
  ]),
)

function toFilter(input: FilterInput): Filter {
  if ('and' in input && Array.isArray(input['and'])) return { and: input['and'].map(toFilter) }
  if ('or' in input && Array.isArray(input['or'])) return { or: input['or'].map(toFilter) }
  if ('not' in input) return { not: toFilter(input.not as FilterInput) }
  const fields = Object.entries(input as Record<string, Comparison>).map(([field, is]) => ({ field, is }))
  return fields.length === 1 && fields[0] ? fields[0] : { and: fields }
}

function depth(input: unknown): number {
  if (typeof input !== 'object' || input === null) return 0
  return 1 + Math.max(0, ...Object.values(input).map(depth))
}

/** `{and}`, `{or}`, `{not}` or `{field: {eq|ne|in|gt|gte|lt|lte|exists: value}}`; several fields in one object must all hold. */
export const filter = filterInput
  .refine((input) => depth(input) <= 16, 'is nested deeper than 16')
  .transform(toFilter)
  .openapi('Filter', {
    type: 'object',
    description:
      '`{and: [..]}`, `{or: [..]}`, `{not: ..}` or `{field: {eq|ne|in|gt|gte|lt|lte|exists: value}}` over document metadata.',
    example: { and: [{ lang: { eq: 'en' } }, { year: { gte: 2024 } }] },
  })

export const usd = z.number().min(0).max(9_000_000)
