import { z } from '@hono/zod-openapi'

export const format = z
  .union([z.enum(['text', 'markdown']), z.strictObject({ jsonSchema: z.record(z.string(), z.unknown()) })])
  .openapi({
    description:
      '`"text"`, `"markdown"`, or an object with a `jsonSchema` of up to 32 kB: what a model then writes is checked against it, and `schema` of the answer says how that went. Passages are never quoted in place of JSON.',
  })

export const schemaShown = z
  .object({
    satisfied: z.boolean(),
    errors: z
      .array(
        z.object({
          path: z
            .string()
            .openapi({ description: 'JSON pointer into the answer; empty for the whole of it.' }),
          message: z.string(),
        }),
      )
      .openapi({ description: 'The first ten.' }),
  })
  .openapi({
    description:
      'Whether the answer is what its JSON Schema asks for; of answers in JSON that did not abstain.',
  })
