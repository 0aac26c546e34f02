import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, posix, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { matrixPages, matrixPagesGenerator } from '../../infra/matrix/generate-handbook.ts'
import { HANDBOOK_FOLDER, handbookPages } from '../../infra/matrix/handbook.ts'
import { matrixCells } from '../../shared/domain/matrix/cells/matrix.ts'
import { MATRIX } from '../../shared/domain/matrix/sources/sources.gen.ts'
import { absentCell, cellOf, variedCells } from '../doubles/matrix-cells.ts'

const root = resolve(import.meta.dirname, '../..')
const README = `${HANDBOOK_FOLDER}/README.md`
const real = handbookPages(matrixCells(), MATRIX)
const varied = handbookPages(variedCells, MATRIX)

const linksOf = (path: string, page: string) =>
  [...page.matchAll(/\]\(([^)]+)\)/g)].map(([, target = '']) => posix.join(posix.dirname(path), target))

/** Lines of tables, each with the number of cells it has. */
const tableWidths = (page: string) =>
  page
    .trimEnd()
    .split('\n\n')
    .filter((block) => block.startsWith('|'))
    .map((block) => block.split('\n').map((line) => line.replaceAll('\\|', '').split('|').length))

describe.each([
  ['the matrix', real],
  ['cells of every verdict', varied],
])('the pages on %s', (_, pages) => {
  it('are an overview, ten questions, one for each tier and GPU, and one for each of 96 configurations', () => {
    const names = [...pages.keys()].map((path) => path.replace(`${HANDBOOK_FOLDER}/`, ''))
    expect(names.filter((name) => /^(?:s|m|l|xl)\.\w+\.\w+\.md$/.test(name))).toHaveLength(96)
    expect(names.filter((name) => /^tier-\w+\.md$/.test(name))).toHaveLength(4)
    expect(names.filter((name) => /^gpu-\w+\.md$/.test(name))).toHaveLength(6)
    expect(names).toHaveLength(108)
  })

  it('each have a title of their own, text, and an end of line at the end', () => {
    const titles = [...pages.values()].map((page) => page.split('\n', 1)[0] ?? '')
    expect(new Set(titles).size).toBe(pages.size)
    for (const page of pages.values()) {
      expect(page).toMatch(/^# \S/)
      expect(page.length).toBeGreaterThan(400)
      expect(page).toMatch(/[^\n]\n$/)
      expect(page).not.toMatch(/undefined|NaN|\[object|Infinity/)
    }
  })

  it('link only to pages that there are, and every page is linked to', () => {
    const links = [...pages].flatMap(([path, page]) => linksOf(path, page))
    expect(links.filter((target) => !pages.has(target))).toEqual([])
    expect([...pages.keys()].filter((path) => !links.includes(path))).toEqual([])
  })

  it('have tables whose rows are all as wide as their header', () => {
    for (const widths of [...pages.values()].flatMap(tableWidths)) expect(new Set(widths).size).toBe(1)
  })
})

describe('the overview', () => {
  const overview = varied.get(README) ?? ''

  it('leads from the place of a configuration in the grid of its level to its page', () => {
    const grid = overview.slice(overview.indexOf('## Serverless'), overview.indexOf('## On premises'))
    expect(grid).toContain('| [Tier L](tier-l.md) |')
    for (const cell of variedCells.filter(({ level }) => level === 'serverless'))
      expect(grid).toContain(`](${cell.id}.md)`)
    expect(overview.match(/\]\((?:s|m|l|xl)\.\w+\.\w+\.md\)/g)?.length).toBeGreaterThanOrEqual(96)
  })

  it('has every disagreement with the requirements document, and nothing else, in one table', () => {
    const table = overview.slice(overview.indexOf('## Where it differs'))
    const listed = [...table.matchAll(/^\| \[([^\]]+)\]/gm)].map(([, id]) => id)
    const differing = variedCells.filter(({ requirement }) => !requirement.agrees)
    expect(listed).toEqual(differing.map(({ id }) => id))
    expect(table).toContain('Nobody \\| offers it.')
  })

  it('says so where there is none', () => {
    const agreeing = handbookPages([cellOf('l.h100.serverless')], MATRIX).get(README)
    expect(agreeing).toContain('Nowhere: all 1 verdicts agree.')
  })
})

describe('the page of a configuration', () => {
  it('has its reasons, estimates with what was promised, costs, failure modes and guidance', () => {
    const { plan, costs, failureModes, guidance } = cellOf('l.h100.gpu_native')
    const page = varied.get(`${HANDBOOK_FOLDER}/s.b200.hyperscaler.md`) ?? ''
    for (const words of [plan?.model, costs[0]?.source, ...failureModes, ...Object.values(guidance).flat()])
      expect(page).toContain(words)
    expect(page).toContain('| first token, p99, ms | 820 | 656 to 1,066 | modelled | at most 100 |')
    const absent = absentCell('s.b200.on_premises')
    const absentPage = varied.get(`${HANDBOOK_FOLDER}/${absent.id}.md`)
    expect(absentPage).toContain(absent.reasons[0]?.message)
  })
})

describe('the generator', () => {
  let copy = ''
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'fairlead-handbook-'))
    mkdirSync(join(copy, 'infra'))
    cpSync(join(root, 'infra/matrix'), join(copy, 'infra/matrix'), { recursive: true })
  })
  afterAll(() => rmSync(copy, { recursive: true }))

  it('writes the same pages every time, and knows when one is missing, changed or left over', () => {
    const { write, isUpToDate } = matrixPagesGenerator(copy)
    expect(isUpToDate()).toBe(false)
    expect(write()).toBe(true)
    expect(isUpToDate()).toBe(true)
    const page = join(copy, README)
    const before = readFileSync(page, 'utf8')
    writeFileSync(page, `${before}More.\n`)
    expect(isUpToDate()).toBe(false)
    writeFileSync(page, before)
    const left = join(dirname(page), 'l.v100.serverless.md')
    writeFileSync(left, '# Left over\n')
    expect(isUpToDate()).toBe(false)
    write()
    expect(isUpToDate()).toBe(true)
    expect(() => readFileSync(left)).toThrow('ENOENT')
  })

  it('takes the sources as they are now, and writes the page of costs too', () => {
    const pages = matrixPages(root)
    expect(pages.size).toBe(109)
    expect(pages.get('docs/matrix-cost.md')).toMatch(/^# /)
    expect(pages.get(README)).toContain('# The matrix')
  })
})
