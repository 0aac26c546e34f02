import { z } from '@hono/zod-openapi'
import { MARKINGS } from '../domain/marking.ts'
import { MAX_INSTRUCTIONS_CHARACTERS } from '../domain/template.ts'
import { otherTenant, page, templateName } from './common.ts'
import { defineRoute, json, jsonBody } from './define-route.ts'

const note = (description: string) => ({ description })

const marking = z
  .enum(MARKINGS)
  .openapi(
    note(
      'How the model is shown which text is quoted: `tags` around each passage, or `words`: a mark between all of its words as well.',
    ),
  )

const templateRequest = z
  .strictObject({
    instructions: z
      .string()
      .trim()
      .min(1, 'must not be empty; DELETE goes back to the built-in template')
      .max(MAX_INSTRUCTIONS_CHARACTERS, `may have at most ${MAX_INSTRUCTIONS_CHARACTERS} characters`)
      // Storage would give back something else, and equal text would no longer be the same version.
      .refine(
        (text) => !/[^\P{Cc}\t\n\r]|\p{Cs}/u.test(text),
        'may not contain control characters or half a surrogate pair',
      )
      .openapi(
        note('Said to the model behind the rules that all templates have, before that of the format.'),
      ),
    marking: marking.default('tags'),
    tenantId: otherTenant,
  })
  .openapi('TemplateRequest', {
    example: { instructions: 'Answer in German. Address the reader with "Sie".' },
  })

const template = z
  .object({
    name: z.string(),
    version: z.int().openapi(note('Never changes and is never used again; answers name it.')),
    instructions: z.string(),
    marking,
    builtIn: z.boolean().openapi(note("One of the platform's, not the tenant's own.")),
    createdAt: z.string().nullable().openapi(note('Of this version; null for a built-in one.')),
  })
  .openapi('Template')

const params = z.object({ name: templateName })
const query = z.strictObject({ tenantId: otherTenant })

export const listTemplatesRoute = defineRoute('operate', {
  method: 'get',
  path: '/v1/templates',
  tags: ['Templates'],
  summary: 'List the templates that questions can name',
  description: "The tenant's own and the built-in ones; under one name the own one holds.",
  request: { query },
  responses: { 200: json(page(template), 'What holds under each name') },
})
export const getTemplateRoute = defineRoute('operate', {
  method: 'get',
  path: '/v1/templates/{name}',
  tags: ['Templates'],
  summary: 'Show a template, or an earlier version of it',
  request: {
    params,
    query: query.extend({
      version: z.coerce
        .number()
        .int()
        .min(1)
        .optional()
        .openapi(note('As an answer names it; left out: what holds.')),
      builtIn: z
        .enum(['true', 'false'])
        .optional()
        .openapi(note('`true`: the built-in one, also where an own one holds; `false`: only an own one.')),
    }),
  },
  responses: { 200: json(template, 'The template') },
})
export const putTemplateRoute = defineRoute('admin', {
  method: 'put',
  path: '/v1/templates/{name}',
  tags: ['Templates'],
  summary: 'Write an own template, or the next version of it',
  description:
    'A new name, or that of a built-in one, in whose place it then holds for this tenant. A change holds everywhere within 5 seconds.',
  request: { params, body: jsonBody(templateRequest) },
  responses: {
    200: json(template, 'Unchanged: the version that holds'),
    201: json(template, 'A new version'),
  },
})
export const deleteTemplateRoute = defineRoute('admin', {
  method: 'delete',
  path: '/v1/templates/{name}',
  tags: ['Templates'],
  summary: 'End an own template; a built-in one of that name holds again',
  description: 'Earlier versions can still be shown, and the next one gets a number of its own.',
  request: { params, query },
  responses: { 200: json(z.object({ name: z.string(), deleted: z.literal(true) }), 'Deleted') },
})
