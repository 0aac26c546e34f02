import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readQuestions } from '../../../cli/lib/eval/questions.ts'

async function file(...lines: readonly unknown[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-questions-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'questions.jsonl')
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
  await writeFile(path, text.join('\n'))
  return path
}

describe('a file of questions', () => {
  it('names documents or passages, or says that there is no answer', async () => {
    const path = await file(
      { question: 'Who?', relevant: ['a', { documentId: 'b', start: 3, end: 9 }], answer: 'I' },
      '',
      { question: 'Why?', unanswerable: true },
    )
    expect(await readQuestions(path, 'notes')).toEqual({
      asked: [
        {
          line: 1,
          text: 'Who?',
          answer: 'I',
          targets: [
            { documentId: 'a', span: null, gain: 1 },
            { documentId: 'b', span: { start: 3, end: 9 }, gain: 1 },
          ],
        },
        { line: 3, text: 'Why?', answer: null, targets: [] },
      ],
      leftOut: 0,
    })
  })

  it('may be what feedback exports: of all collections, and with some that nobody has judged', async () => {
    const rest = { requestId: 'req_1', rating: 'up' }
    const path = await file(
      { question: 'Mine?', relevant: ['a'], collection: 'notes', ...rest },
      { question: 'Another?', relevant: ['a'], collection: 'other', ...rest },
      { question: 'Unjudged?', relevant: [], unanswerable: null, collection: 'notes', ...rest },
    )
    const { asked, leftOut } = await readQuestions(path, 'notes')
    expect(asked.map(({ text }) => text)).toEqual(['Mine?'])
    expect(leftOut).toBe(2)
  })

  it.each([
    ['{"question"', 'line 2: is not JSON'],
    [{ relevant: ['a'] }, 'line 2: question: '],
    [{ question: 'x', relevant: 'a' }, 'line 2: relevant: '],
    [{ question: 'x', relevant: ['a', 7] }, 'line 2: relevant.1: has to be a document id, or {documentId'],
    [{ question: 'x', relevant: [{ documentId: 'a', start: 9, end: 3 }] }, 'line 2: relevant.0'],
    [{ question: 'x', relevant: ['a'], unanswerable: true }, 'line 2: relevant: has to be empty'],
    [{ question: 'x', relevant: ['a'], topic: 1 }, 'line 2: Unrecognized key: "topic"'],
  ])('with the line %o is refused by its number and field', async (bad, message) => {
    const path = await file({ question: 'Who?', relevant: ['a'] }, bad)
    await expect(readQuestions(path, 'notes')).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining(`${path} ${message}`),
    })
  })

  it('without a question of the collection, or that cannot be read, is told of', async () => {
    const path = await file({ question: 'x', relevant: ['a'], collection: 'other' })
    await expect(readQuestions(path, 'notes')).rejects.toThrow('holds no question of "notes"')
    await expect(readQuestions('/nowhere', 'notes')).rejects.toThrow('/nowhere cannot be read (ENOENT)')
  })
})
