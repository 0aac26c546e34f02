import { describe, expect, it } from 'vitest'
import { extractiveGenerator } from '../../../shared/adapters/generators/extractive.ts'
import { collect, generationRequest, generatorContract } from '../../contract/generator.ts'

describe('Generator contract: extractive', () => generatorContract(extractiveGenerator))

const said = async (rest = {}) => {
  const events = await collect(
    await extractiveGenerator().generate(generationRequest(rest), new AbortController().signal),
  )
  return events.map((event) => (event.type === 'chunk' ? event.text : '')).join('')
}

it('quotes the source with its citation', async () => {
  expect(await said()).toMatch(/two miles off the mole\W*\[1\]/)
})

it('says nothing without evidence', async () => {
  expect(await said({ evidence: undefined })).toBe('')
  expect(await said({ evidence: { question: 'anything', synonyms: [], sources: [] } })).toBe('')
})
