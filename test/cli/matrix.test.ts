import { describe, expect, it } from 'vitest'
import { describeConfiguration, explainCommand } from '../../cli/commands/explain.ts'
import { asCsv, matrixCommand } from '../../cli/commands/matrix.ts'
import { describeSelection, planCommand, requirementsOf } from '../../cli/commands/plan.ts'
import { describeGrid } from '../../cli/lib/grid.ts'
import { VERDICT_WORDS } from '../../shared/domain/matrix/words/describe.ts'
import { absentCell, cellOf, testSelection, variedCells } from '../doubles/matrix-cells.ts'

/** The text below a line until the next blank one. */
const blockOf = (text: string, title: string) =>
  text
    .split('\n\n')
    .map((block) => block.split('\n'))
    .find(([first]) => first === title)
    ?.slice(1) ?? []

/** What stands in a row of a table, by the place where the header's word begins. */
function readGrid(lines: readonly string[]) {
  const [header = '', ...rows] = lines
  const columns = [...header.matchAll(/\S+(?: \S+)*/g)].map((match) => ({ name: match[0], at: match.index }))
  return rows.flatMap((row) =>
    columns.map(({ name, at }) => {
      const gpu = name.replace(' ', '').toLowerCase()
      return { id: `${row.split(' ')[0]}.${gpu}`, sign: row.slice(at, at + name.length).trim() }
    }),
  )
}

describe('the grid', () => {
  const grid = describeGrid(variedCells)

  it.each(['hyperscaler', 'gpu_native', 'serverless', 'on_premises'])(
    'has for %s a table of tiers and GPUs with the sign of every verdict, marked where it differs',
    (level) => {
      const expected = variedCells
        .filter((cell) => cell.level === level)
        .map(({ tier, gpu, verdict, requirement }) => ({
          id: `${tier}.${gpu}`,
          sign: `${VERDICT_WORDS[verdict].sign}${requirement.agrees ? '' : '≠'}`,
        }))
      expect(expected).toHaveLength(24)
      expect(readGrid(blockOf(grid, level))).toEqual(expected)
    },
  )

  it('says what its signs mean and how often each stands there', () => {
    for (const { sign, meaning } of Object.values(VERDICT_WORDS))
      expect(grid).toMatch(new RegExp(`^\\${sign} .*: ${meaning}$`, 'm'))
    expect(grid).toContain(
      '96 configurations: 24 recommended, 24 viable, 24 fits, 24 no; 48 differ from the requirements document.',
    )
  })

  it('leaves out what was not asked for', () => {
    const lines = describeGrid(
      variedCells.filter(({ tier, level }) => tier === 'l' && level === 'serverless'),
    )
    expect(lines).not.toContain('hyperscaler')
    expect(blockOf(lines, 'serverless')).toHaveLength(2)
  })
})

describe('the comma-separated values', () => {
  it('have a line for each configuration under their header', () => {
    const [header, ...lines] = asCsv(variedCells).split('\n')
    expect(header).toMatch(/^configuration,tier,gpu,level,verdict,.*,nanoUsdPerKTok,.*,agrees$/)
    expect(lines.map((line) => line.split(',')[0])).toEqual(variedCells.map(({ id }) => id))
  })

  it('quote what would end a value, and leave unknown figures empty', () => {
    const plan = { ...cellOf('l.h100.serverless').plan, model: 'a "b", c' } as never
    expect(asCsv([cellOf('l.h100.serverless', { plan })])).toContain(',"a ""b"", c",fp8,')
    expect(asCsv([absentCell('l.h100.serverless')])).toContain(',gpu_not_offered,,,,,,,,,,,,marginal,false')
  })
})

describe('an explanation', () => {
  const text = describeConfiguration(cellOf('l.h100.gpu_native'))

  it('says everything about a configuration', () => {
    const said = [
      'l.h100.gpu_native',
      'Tier L on H100',
      '★ recommended',
      'meta-llama/Llama-3.1-70B-Instruct',
      '4: 4 tensor parallel',
      '656 to 1,066',
      'modelled',
      'at most 1,000',
      '17.6 GB',
      '$3.99 to $4.29',
      '$0.0148',
      '$12,089',
      '95 s',
      'read on 2026-10-24',
      'The document says "recommended", which agrees with "recommended".',
      'A GPU falls off the bus',
      'Pin the revision',
      'Admit all four GPUs',
      'Alert on a first token',
      'Reserve what runs all day',
    ]
    for (const words of said) expect(text).toContain(words)
  })

  it('says why nothing runs, and what the requirements document has instead', () => {
    const absent = describeConfiguration(absentCell('s.rtx4090.hyperscaler'))
    expect(absent).toContain('- gpu_not_offered, does not run: No provider has it, "not one".')
    expect(absent).toContain('Requirements document\nNobody | offers it.')
    expect(absent).not.toMatch(/\bPlan\b|Memory|Failure modes/)
  })
})

describe('a plan', () => {
  it('shows what does all of it, best first, and why the first one is first', () => {
    const text = describeSelection(testSelection)
    expect(text).toContain('Tier L: 2 of 12 configurations do it.')
    expect(text).toMatch(/^1 +l\.h100\.gpu_native +lambda +10 +40 .* \$120,890 +1\.00 +today$/m)
    expect(text).toMatch(/^2 +l\.h200\.hyperscaler .* to be bought$/m)
    expect(text).toContain('- l.h100.gpu_native has the lowest price')
  })

  it('puts reasons that differ only in figures together, without those figures, the most frequent first', () => {
    const lines = blockOf(describeSelection(testSelection), 'Why the others lost')
    expect(lines).toEqual([
      '- no site of our own has the RTX4090 (4)',
      '  l.rtx4090.*',
      '- first token after … ms, 1,000 required (3)',
      '  l.l40s.gpu_native, l.a100.gpu_native, l.a100.serverless',
      '- no provider is attested for hipaa (2)',
      '  l.l40s.serverless, l.a100.gpu_native',
      '- no site of our own has the H100 (1)',
      '  l.h100.on_premises',
      '- no site of our own has the H200 (1)',
      '  l.h200.on_premises',
    ])
  })

  it('says so where nothing does all of it', () => {
    expect(describeSelection({ ...testSelection, ranked: [] })).toMatch(
      /^Tier L: none of 10 configurations does all of it\.\n\nWhy the others lost/,
    )
  })

  it('asks for nothing but what was given', () => {
    const given = { tier: 'l', maxTtftMs: 900, maxTpotMs: 40, maxUsdPer1k: 0.01, users: 200 } as const
    const lists = { compliance: ['hipaa'], residency: ['eu'], level: ['serverless'], gpu: ['h100'] } as const
    expect(requirementsOf({ ...given, ...lists, contextTokens: 8_192 })).toEqual({
      tier: 'l',
      maxTimeToFirstTokenMs: 900,
      maxTimePerOutputTokenMs: 40,
      maxUsdPerKTok: 0.01,
      compliance: ['hipaa'],
      residency: ['eu'],
      levels: ['serverless'],
      gpus: ['h100'],
      contextTokens: 8_192,
      users: 200,
    })
    expect(requirementsOf({ task: 'complex' })).toEqual({ task: 'complex' })
  })
})

/** What commander tells a person who used a command wrongly. */
async function complaint(command: ReturnType<typeof planCommand>, ...words: string[]): Promise<string> {
  let told = ''
  const quiet = command.exitOverride().configureOutput({
    writeErr: (text) => {
      told += text
    },
  })
  await expect(quiet.parseAsync(words, { from: 'user' })).rejects.toMatchObject({ exitCode: 1 })
  return told
}

describe('wrong usage', () => {
  const tiers = 's, m, l, xl'
  const levels = 'hyperscaler, gpu_native, serverless, on_premises'
  const gpus = 'b200, h200, h100, a100, l40s, rtx4090'

  it.each([
    ['matrix', '--tier', 'huge', tiers],
    ['matrix', '--level', 'moon', levels],
    ['plan', '--tier', 'huge', tiers],
    ['plan', '--task', 'hard', 'simple, moderate, complex, frontier'],
    ['plan', '--level', 'serverless,moon', levels],
    ['plan', '--gpu', 'v100', gpus],
    ['plan', '--compliance', 'hipaa,hippa', 'soc2, hipaa,'],
    ['plan', '--users', '0', 'whole number above 0'],
    ['plan', '--context-tokens', '1.5', 'whole number above 0'],
    ['plan', '--max-ttft-ms', '-1', 'number above 0'],
    ['plan', '--max-usd-per-1k', 'cheap', 'number above 0'],
  ])('of %s %s %s is told with what it allows', async (name, option, value, allowed) => {
    const command = name === 'plan' ? planCommand() : matrixCommand()
    const told = await complaint(command, option, value)
    expect(told).toContain(`option '${option} `)
    expect(told).toContain(allowed)
  })

  it('of two names for one thing is refused', async () => {
    expect(await complaint(planCommand(), '--tier', 'l', '--task', 'complex')).toContain('--task')
    expect(await complaint(matrixCommand(), '--json', '--csv')).toContain('--csv')
  })

  it.each([
    ['l.h100', 'TIER.GPU.LEVEL'],
    ['q.h100.gpu_native', `There is no tier "q"; allowed are ${tiers}`],
    ['l.v100.gpu_native', `There is no GPU "v100"; allowed are ${gpus}`],
    ['l.h100.moon', `There is no level "moon"; allowed are ${levels}`],
  ])('of explain with %s says which part is wrong', async (id, words) => {
    expect(await complaint(explainCommand(), id)).toContain(words)
  })
})
