import { describe, expect, it } from 'vitest'
import { extractAnswer } from '../../shared/domain/extractive.ts'
import type { Source } from '../../shared/domain/passage.ts'

const source = (number: number, text: string, rest: Partial<Source> = {}): Source => ({
  number,
  documentId: `d${number}`,
  version: 1,
  title: 'Guide',
  start: 0,
  end: text.length,
  text,
  headings: [],
  labels: [],
  score: 1 / number,
  probability: 1 / number,
  ...rest,
})

describe('an extractive answer', () => {
  it('quotes the sentence that answers, word for word, with its source', () => {
    const sources = [
      source(1, 'Tides are strong in spring. Ships wait outside.'),
      source(2, 'The harbour pilot boards ships two miles off the mole. Coffee is free.'),
    ]
    expect(extractAnswer('Where does the pilot board?', sources)?.answer).toBe(
      'The harbour pilot boards ships two miles off the mole. [2]',
    )
  })

  it('knows what a sentence is about from the heading above it', () => {
    const text =
      '## How to add an endpoint\n\nRegister a model server with a PUT request.\n\nSet limits elsewhere.'
    const { answer } = extractAnswer('How do I add an endpoint?', [
      source(1, text, { headings: ['How to add an endpoint'] }),
      source(2, 'Endpoints have a price.'),
    ]) ?? { answer: '' }
    expect(answer).toContain('Register a model server with a PUT request. [1]')
    expect(answer).not.toContain('##')
  })

  it('trusts the beginning of the section that asks the same more than a sentence that mentions it', () => {
    const text = '## How to make a key\n\nSend a POST request.\n\nIt is shown once.'
    const aside = '## Start\n\nThe first start makes a demo tenant with a key and does much else.'
    const sources = [source(1, aside), source(2, text)]
    expect(extractAnswer('How do I make a key?', sources)?.answer).toMatch(/^Send a POST request\. \[2\]/m)
  })

  it('says nothing when no sentence covers the question', () => {
    expect(
      extractAnswer('What is the boiling point of tungsten?', [source(1, 'Ships wait outside.')]),
    ).toBeNull()
    expect(extractAnswer('Where does the pilot board?', [])).toBeNull()
    expect(extractAnswer('what is it?', [source(1, 'It is what it is.')])).toBeNull()
  })

  it('takes one matching word of several for chance', () => {
    const sources = [source(1, 'Every request is recorded as one line of JSON.')]
    expect(extractAnswer('Which orchestra recorded the soundtrack?', sources)).toBeNull()
    expect(extractAnswer('What is recorded?', sources)?.answer).toContain('[1]')
  })

  it('quotes what says the same in words that the collection holds for synonyms', () => {
    const sources = [
      source(1, 'Trains are booked by the office.'),
      source(2, 'Paid time off is 25 days a year.'),
    ]
    const ask = (question: string, ...synonyms: string[][]) => extractAnswer(question, sources, synonyms)
    expect(ask('How is my vacation?')).toBeNull()
    expect(ask('How is my vacation?', ['vacation', 'paid time off'])?.answer).toBe(
      'Paid time off is 25 days a year. [2]',
    )
    expect(ask('How is my vacation?', ['vacation', 'unpaid leave'])).toBeNull()
  })

  it('understands a question whose accents or letters are encoded in another way', () => {
    const sources = [source(1, 'Das Café in Zürich öffnet um acht Uhr. Der Hafen schließt.')]
    for (const form of ['NFC', 'NFD'])
      expect(extractAnswer('Wann öffnet das Café in Zürich?'.normalize(form), sources)?.answer).toBe(
        'Das Café in Zürich öffnet um acht Uhr. [1]',
      )
  })

  it('does not say the same twice', () => {
    const sources = [source(1, 'The pilot boards at the mole.'), source(2, 'The pilot boards at the mole.')]
    expect(extractAnswer('Where does the pilot board?', sources)?.answer).toBe(
      'The pilot boards at the mole. [1]',
    )
  })

  it('leaves code and table rules out, and takes rows of tables', () => {
    const text =
      '```sh\npilot --port 9000\n```\n\n| option | meaning |\n|---|---|\n| `--port` | port the pilot listens on |'
    expect(extractAnswer('Which port does the pilot listen on?', [source(1, text)])?.answer).toBe(
      '| `--port` | port the pilot listens on | [1]',
    )
  })
})
