import { z } from '@hono/zod-openapi'
import {
  answerChecks,
  hintsShown,
  rerankShown,
  rewritingShown,
  source,
  spend,
  templateShown,
} from './answer.ts'
import { requirements, retrieval, template, verification } from './ask.ts'
import { collectionName, filter } from './common.ts'
import { defineRoute, json, jsonBody } from './define-route.ts'
import { route } from './route.ts'

const part = z.looseObject({ type: z.string(), text: z.string().optional() })
const message = z.looseObject({
  role: z.enum(['system', 'developer', 'user', 'assistant', 'tool', 'function']),
  content: z.union([z.string(), z.array(part), z.null()]).optional(),
})

const openaiError = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string().openapi({
        description:
          'One of authentication_error, permission_error, insufficient_quota, rate_limit_error, invalid_request_error, server_error.',
      }),
      param: z.string().nullable(),
      code: z.string().openapi({ description: 'One of the codes of /docs/errors.' }),
      requestId: z.string(),
      details: z.record(z.string(), z.unknown()).optional(),
    }),
  })
  .openapi('OpenAIError')
const openaiFailure = json(openaiError, "An error in OpenAI's shape")

/** What a plain completion has no use for. */
const NEED_COLLECTION = ['filter', 'retrieval', 'template', 'verification'] as const

/** OpenAI's own fields stay open (they are passed to the origin); ours live under `fairlead` and are strict. */
export const chatRequest = z
  .looseObject({
    model: z.string().min(1).max(256),
    messages: z.array(message).min(1),
    stream: z.boolean().nullish(),
    stream_options: z.looseObject({ include_usage: z.boolean().optional() }).nullish(),
    max_tokens: z.int().min(1).nullish(),
    max_completion_tokens: z.int().min(1).nullish(),
    store: z
      .boolean()
      .nullish()
      .openapi({ description: 'False: an answer from a collection is not kept for feedback.' }),
    response_format: z
      .looseObject({
        type: z.string(),
        json_schema: z.looseObject({ schema: z.record(z.string(), z.unknown()).nullish() }).nullish(),
      })
      .nullish()
      .openapi({
        description:
          'With a collection, `json_object` and `json_schema` also decide how the answer is checked; it is Markdown otherwise.',
      }),
    n: z.literal(1, 'only one choice is generated per request').nullish(),
    fairlead: z
      .strictObject({
        collection: collectionName.optional(),
        filter: filter.optional(),
        requirements: requirements.optional(),
        retrieval: retrieval.optional(),
        template: template.optional(),
        verification: verification.optional(),
      })
      .superRefine((given, context) => {
        if (given.collection !== undefined) return
        for (const field of NEED_COLLECTION)
          if (given[field] !== undefined)
            context.addIssue({ code: 'custom', path: [field], message: 'needs fairlead.collection' })
      })
      .optional(),
  })
  .openapi('ChatCompletionRequest', {
    example: {
      model: 'auto',
      messages: [{ role: 'user', content: 'How do I add an endpoint?' }],
      fairlead: { collection: 'handbook' },
    },
  })

const chatResponse = z
  .looseObject({
    id: z.string(),
    object: z.literal('chat.completion'),
    created: z.int(),
    model: z.string(),
    choices: z.array(z.looseObject({ index: z.int(), finish_reason: z.string().nullable() })),
    usage: z.looseObject({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() }),
    // The checks are there with a collection.
    fairlead: answerChecks.partial().extend({
      sources: z.array(source).optional(),
      hints: hintsShown.optional(),
      rewriting: rewritingShown.optional(),
      rerank: rerankShown.optional(),
      template: templateShown.optional(),
      usage: spend.optional().openapi({
        description: 'As in an answer of `/v1/query`; in a stream the chunk with `finish_reason` has it.',
      }),
      route,
    }),
  })
  .openapi('ChatCompletion')

export const chatRoute = defineRoute('query', {
  method: 'post',
  path: '/v1/chat/completions',
  tags: ['OpenAI'],
  summary: 'Chat completions, as OpenAI clients send them',
  description:
    "`model` is `auto`, `tier-s|m|l|xl` or an endpoint's model. With `fairlead.collection` the last user message is answered from that collection, with citations; `fairlead` of the answer has its sources and, in a stream in the chunk with `finish_reason`, its claims. `fairlead.usage`, there too, is what it cost. Other fields of OpenAI's go to the model server unchanged.",
  request: { body: jsonBody(chatRequest) },
  responses: {
    200: {
      description: 'A completion, or chunks of one',
      content: { 'application/json': { schema: chatResponse }, 'text/event-stream': { schema: z.string() } },
    },
    default: openaiFailure,
  },
})

export const modelsRoute = defineRoute('query', {
  method: 'get',
  path: '/v1/models',
  tags: ['OpenAI'],
  summary: 'Model names this key may use',
  responses: {
    200: json(
      z.object({
        object: z.literal('list'),
        data: z.array(
          z.object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.string() }),
        ),
      }),
      'Models',
    ),
    default: openaiFailure,
  },
})
