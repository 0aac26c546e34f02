import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { endpointRequest } from '../../../shared/api/endpoint-request.ts'
import { endpointFields, requestOf, rowOf } from '../../../workers/router/endpoint-fields.ts'

const price = fc.record({
  inputUsdPerMTok: fc.integer({ min: 0, max: 1e8 }).map((micro) => micro / 1e6),
  outputUsdPerMTok: fc.integer({ min: 0, max: 1e8 }).map((micro) => micro / 1e6),
  gpuUsdPerHour: fc.integer({ min: 0, max: 1e6 }).map((cents) => cents / 100),
})
const rowFor = (body: object) => ({
  ...rowOf(
    endpointRequest.parse({ url: 'https://gpu.example/v1/', model: 'm', tier: 'm', price: {}, ...body }),
  ),
  id: 'e',
  drained: false,
  updatedAtMs: 0,
})

it('shows a registration in the words it was given in, so that showing and registering again changes nothing', () => {
  const nominal = fc.option(fc.constant({ timeToFirstTokenMs: 100, timePerOutputTokenMs: 10 }))
  fc.assert(
    fc.property(price, nominal, (price, nominal) => {
      const row = rowFor({ price, nominal })
      expect(requestOf(row)).toMatchObject({ price, nominal, url: 'https://gpu.example/v1' })
      expect(rowFor(requestOf(row))).toEqual(row)
    }),
  )
})

it.each([
  ['http://gpu.example.com/v1', ['url']],
  ['https://gpu.example.com/v1', []],
  ['http://10.0.0.5/v1', []],
])('warns of text sent in the clear: %s', (url, fields) => {
  const { warnings } = endpointFields(rowFor({ url }))
  expect(warnings.map((warning) => warning.split(':')[0])).toEqual(fields)
})
