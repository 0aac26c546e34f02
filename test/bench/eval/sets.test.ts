import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { limited, readSets } from '../../../bench/eval/sets.ts'

/** A folder of data with these files. */
function dataFolder(files: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-sets-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content))
  }
  return folder
}

const whole = (documentId: string, gain = 1) => ({ documentId, span: null, gain })
const lines = (...rows: unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')
const only = (name: string, data: string) => {
  const [set] = readSets([name], data)
  if (!set) throw new Error('no set')
  return set
}

const cranfield = {
  'cranfield/cran.all.1400':
    '.I 1\n.T\nwings\nin flight\n.A\nX.\n.B\nj. 1\n.W\nwings\nlift .\n.I 2\n.T\nslabs\n.W\nheat\n',
  'cranfield/cran.qry': '.I 001\n.W\nwhat lifts\nwings\n.I 004\n.W\nunjudged\n',
  'cranfield/cranqrel': '1 2 3\n1 1 -1\n',
}

describe('a reader', () => {
  it('of Cranfield numbers by place and leaves out questions that nobody judged', () => {
    const set = only('cranfield', dataFolder(cranfield))
    expect(set.documents).toEqual([
      { id: '1', title: 'wings in flight', text: 'wings lift .' },
      { id: '2', title: 'slabs', text: 'heat' },
    ])
    expect(set.questions).toEqual([{ text: 'what lifts wings', targets: [whole('2'), whole('1')] }])
  })

  it('of CISI reads the same form, with spaces where it has them', () => {
    const data = dataFolder({
      'cisi/CISI.ALL': '.I 1\n.T \nDewey\n.A \nC.\n.W\nA history.\n.X\n1\t5\t1\n',
      'cisi/CISI.QRY': '.I 1\n.T\nOn Dewey\n.A\nC.\n.W\nWhat history?\n',
      'cisi/CISI.REL': '     1      1\t0\t0.000000\n     1      1\t0\t0.000000\n',
    })
    const set = only('cisi', data)
    expect(set.documents).toEqual([{ id: '1', title: 'Dewey', text: 'A history.' }])
    expect(set.questions).toEqual([{ text: 'On Dewey\nWhat history?', targets: [whole('1')] }])
  })

  it('of BEIR takes graded judgements of the test split from any folder', () => {
    const data = dataFolder({
      'Sci Fact/corpus.jsonl': lines({ _id: 'd1', title: 'T', text: 'x' }, { _id: 'd2', text: 'y' }),
      'Sci Fact/queries.jsonl': lines({ _id: 'q1', text: 'What?' }, { _id: 'q2', text: 'In training' }),
      'Sci Fact/qrels/test.tsv': 'query-id\tcorpus-id\tscore\nq1\td2\t2\nq1\td1\t0\n',
    })
    const set = only(`beir:${join(data, 'Sci Fact')}`, '')
    expect(set.name).toBe('beir-sci-fact')
    expect(set.documents).toEqual([
      { id: 'd1', title: 'T', text: 'x' },
      { id: 'd2', title: '', text: 'y' },
    ])
    expect(set.questions).toEqual([{ text: 'What?', targets: [whole('d2', 2)], besides: 'q1' }])
  })

  const chroma = (content: string) =>
    dataFolder({
      'chroma-chunking/corpora/talk.md': 'One. Two, "three".\n',
      'chroma-chunking/questions_df.csv': `question,references,corpus_id\n"What, then?","[{""content"": ""${content}"", ""start_index"": 5, ""end_index"": 9}]",talk\n`,
    })

  it('of Chroma takes spans of characters', () => {
    const set = only('chroma', chroma('Two,'))
    expect(set.documents).toEqual([
      { id: 'talk.md', mediaType: 'text/plain', title: '', text: 'One. Two, "three".\n' },
    ])
    expect(set.questions).toEqual([
      { text: 'What, then?', targets: [{ documentId: 'talk.md', span: { start: 5, end: 9 }, gain: 1 }] },
    ])
  })

  it('of Chroma refuses a span that is not what it says', () => {
    expect(() => only('chroma', chroma('Too,'))).toThrow('chroma: talk.md does not have "Too," at 5')
  })

  it('of the contextual set knows where each chunk will stand', () => {
    const contents = ['a\r\nb', 'second', 'third']
    const data = dataFolder({
      'anthropic-contextual/codebase_chunks.json': [
        {
          doc_id: 'doc_1',
          original_uuid: 'u',
          content: '',
          chunks: contents.map((content, original_index) => ({ content, original_index })),
        },
      ],
      'anthropic-contextual/evaluation_set.jsonl': lines({
        query: 'What?',
        golden_chunk_uuids: [
          ['u', 1],
          ['u', 2],
        ],
      }),
    })
    const set = only('contextual', data)
    expect(set.documents).toEqual([{ id: 'u', title: '', chunks: contents }])
    const text = 'a\nb\n\nsecond\n\nthird'
    const [question] = set.questions
    expect(question?.targets.map(({ span }) => text.slice(span?.start, span?.end))).toEqual([
      'second',
      'third',
    ])
  })

  it('of the documentation set makes each section a document', () => {
    const data = dataFolder({
      'anthropic-contextual/anthropic_docs.json': [{ chunk_link: 'u#a', chunk_heading: 'A', text: 'x' }],
      'anthropic-contextual/docs_evaluation_dataset.json': [{ question: 'What?', correct_chunks: ['u#a'] }],
    })
    const set = only('docs', data)
    expect(set.documents).toEqual([{ id: 'u#a', title: 'A', text: 'x' }])
    expect(set.questions).toEqual([{ text: 'What?', targets: [whole('u#a')] }])
  })

  it('of SQuAD gives a question without an answer no target', () => {
    const qas = [
      { question: ' Where? ', is_impossible: false },
      { question: 'Why?', is_impossible: true },
    ]
    const data = dataFolder({
      'squad-v2/dev-v2.0.json': { data: [{ title: 'The_Moon', paragraphs: [{ context: 'There.', qas }] }] },
    })
    const set = only('squad', data)
    expect(set.documents).toEqual([{ id: 'The_Moon-0', title: 'The Moon', text: 'There.' }])
    expect(set.questions).toEqual([
      { text: 'Where?', targets: [whole('The_Moon-0')] },
      { text: 'Why?', targets: [] },
    ])
  })

  it('of HotpotQA puts the paragraphs of all questions together', () => {
    const context = [{ title: 'A', sentences: ['One.', ' Two.'] }]
    const row = { question: 'Who?', supporting: ['A', 'A'], context }
    const set = only('hotpot', dataFolder({ 'hotpot-sample/hotpot_distractor_100.jsonl': lines(row, row) }))
    expect(set.documents).toEqual([{ id: 'A', title: 'A', text: 'One. Two.' }])
    expect(set.questions).toEqual([row, row].map(() => ({ text: 'Who?', targets: [whole('A')] })))
  })
})

describe('the list of sets', () => {
  it('takes for all those that are in the folder', () => {
    expect(readSets(['all'], dataFolder(cranfield)).map(({ name }) => name)).toEqual(['cranfield'])
  })

  it('says which folder a set wants, and which sets there are', () => {
    expect(() => readSets(['chroma'], '/nowhere')).toThrow('name the folder that holds chroma-chunking')
    expect(() => readSets(['msmarco'], '')).toThrow(
      '--set: there is no set "msmarco"; there are cranfield, cisi',
    )
  })

  it('spreads a limit over the questions', () => {
    const set = only('cranfield', dataFolder(cranfield))
    const questions = ['a', 'b', 'c', 'd', 'e'].map((text) => ({ text, targets: [] }))
    expect(limited({ ...set, questions }, 2).questions.map(({ text }) => text)).toEqual(['a', 'c'])
    expect(limited({ ...set, questions }, 9).questions).toHaveLength(5)
  })
})
