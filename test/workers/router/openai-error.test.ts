import { expect, it } from 'vitest'
import { AppError, type ErrorCode } from '../../../shared/errors.ts'
import { openaiError } from '../../../workers/router/openai-error.ts'

const shown = (code: ErrorCode, message: string) => openaiError(new AppError(code, message), 'req_1').error

it.each([
  ['messages: Invalid input', 'messages'],
  ['messages.0.role: Invalid option', 'messages.0.role'],
  ['fairlead.retrieval.cut: Too big; fairlead.filter: names no field', 'fairlead.retrieval.cut'],
  ['fairlead: Unrecognized key: "x"', 'fairlead'],
])('names the field that is to blame: %s', (message, param) => {
  expect(shown('invalid_request', message)).toMatchObject({ message, param, type: 'invalid_request_error' })
})

it('names our own fields as callers of this route write them', () => {
  expect(shown('invalid_request', 'template: there is no "x"')).toMatchObject({
    message: 'fairlead.template: there is no "x"',
    param: 'fairlead.template',
  })
  expect(shown('invalid_request', 'requirements.policy: there is no policy "x"').param).toBe(
    'fairlead.requirements.policy',
  )
  expect(shown('context_length_exceeded', 'question: it has 9 tokens').message).toBe(
    'messages: it has 9 tokens',
  )
})

it('names none where a message names none, or the fault is not the caller’s', () => {
  for (const message of [
    'Malformed JSON in request body',
    'Error: the prompt is bad',
    'reason: the prompt is bad',
  ])
    expect(shown('invalid_request', message)).toMatchObject({ message, param: null })
  expect(shown('internal', 'collection: it is damaged')).toMatchObject({
    message: 'collection: it is damaged',
    param: null,
  })
  expect(shown('model_not_found', 'There is no model "x"').param).toBe('model')
})
