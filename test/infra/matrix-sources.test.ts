import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileMatrix, printProblems } from '../../infra/matrix/compile.ts'
import type { Problem } from '../../infra/matrix/document.ts'
import { MATRIX_MODULE, matrixGenerator, matrixModule } from '../../infra/matrix/generate.ts'
import { MATRIX } from '../../shared/domain/matrix/sources/sources.gen.ts'
import { GPU_NAMES, REQUIREMENT_VERDICTS } from '../../shared/domain/matrix/sources/sources.ts'
import { LEVELS, TIERS } from '../../shared/domain/tiers.ts'

const root = resolve(import.meta.dirname, '../..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const pathOf = (name: string) => `infra/matrix/${name}.yaml`

/** What the compiler says when one file has another text. */
function problemsWith(name: string, text: string): readonly Problem[] {
  const compilation = compileMatrix((file) => (file === pathOf(name) ? text : read(file)))
  return compilation.problems ?? []
}

/** Replaces the first `from` after `after`, and says what the compiler finds and at which line the change is. */
function change(name: string, from: string, to: string, after = '') {
  const text = read(pathOf(name))
  const start = text.indexOf(from, text.indexOf(after))
  expect(start, `${from} in ${name}.yaml`).toBeGreaterThanOrEqual(0)
  const problems = problemsWith(name, text.slice(0, start) + to + text.slice(start + from.length))
  return { problems, line: text.slice(0, start).split('\n').length, printed: printProblems(problems) }
}

describe('what is wrong in the sources of the matrix', () => {
  test('a wrong key is reported with its file, its line and the key that is meant', () => {
    const { printed, line } = change('gpus', 'watts: 700', 'wats: 700')
    expect(printed).toBe(`infra/matrix/gpus.yaml:${line}: unknown key wats: write watts`)
  })

  test('a key that resembles none is to be removed', () => {
    const { printed, line } = change('tiers', '    useCases:', '    colour: red\n    useCases:')
    expect(printed).toBe(`infra/matrix/tiers.yaml:${line}: unknown key colour: remove it`)
  })

  test.each([
    ['gpus', 'memoryMiB: 81920', 'memoryGiB: 80', 'unknown key memoryGiB: write memoryMiB'],
    [
      'gpus',
      'memoryMiB: 81920',
      'memoryMiB: 80',
      'gpus.h100.memoryMiB: 80 is no likely number of MiB: write MiB, 8192 to 1048576',
    ],
    ['gpus', 'memoryMiB: 81920', 'memoryMiB: 80 GiB', 'gpus.h100.memoryMiB: write a number of MiB'],
    [
      'gpus',
      'linkGigabytesPerSecond: 900',
      'linkTerabytesPerSecond: 0.9',
      'unknown key linkTerabytesPerSecond: write linkGigabytesPerSecond',
    ],
    [
      'prices',
      'lowUsdPerGpuHour: 14.2416',
      'lowUsdPerGpuHour: 14241.6',
      'prices.0.lowUsdPerGpuHour: 14241.6 is no likely number of dollars per GPU hour: write dollars per GPU hour, 0.05 to 100',
    ],
    [
      'tiers',
      'timeToFirstTokenP99Ms: 100',
      'timeToFirstTokenP99Seconds: 0.1',
      'unknown key timeToFirstTokenP99Seconds: write timeToFirstTokenP99Ms',
    ],
  ])('a wrong unit is reported with its file and its line: %s.yaml, %s as %s', (name, from, to, message) => {
    const { printed, line } = change(name, from, to)
    expect(printed).toBe(`${pathOf(name)}:${line}: ${message}`)
  })

  test.each([
    ['tiers', '- Qwen/Qwen2.5-3B-Instruct', '- Qwen/Qwen2.5-4B-Instruct', 'is not in models.yaml'],
    ['tiers', '- Qwen/Qwen2.5-3B-Instruct', '- deepseek-ai/DeepSeek-V3', 'is of tier xl there'],
    ['prices', 'provider: aws', 'provider: amazon', 'unknown provider amazon'],
    ['prices', 'gpu: b200', 'gpu: rtx4090', 'aws offers no rtx4090'],
    ['prices', 'gpu: b200', 'gpu: b300', 'expected one of "b200"'],
    ['prices', 'priceOf: lambda', 'priceOf: replicate', 'replicate has no on_demand price of b200'],
    ['providers', 'regions: [us-east-1, us-west-2]', 'regions: [us-east-1, mars-1]', 'unknown region mars-1'],
    ['requirements', 'provider: runpod', 'provider: runpot', 'unknown provider runpot'],
    ['gpus', '  rtx4090:', '  rtx5090:', 'unknown key rtx5090: write rtx4090'],
  ])('%s.yaml may only name what is defined: %s, not %s', (name, from, to, message) => {
    const { problems, line } = change(name, from, to)
    expect(problems).toContainEqual({ file: pathOf(name), line, message: expect.stringContaining(message) })
  })

  test('a price that is there twice is reported at the second one', () => {
    const { printed, line } = change('prices', 'basis: spot', 'basis: on_demand')
    // The entry begins two lines above its basis.
    expect(printed).toBe(`infra/matrix/prices.yaml:${line - 2}: aws b200 on_demand is here twice: remove one`)
  })

  test.each(['source', 'readOn'])('a price without %s is refused at its entry', (key) => {
    const text = read(pathOf('prices'))
    const removed = text.replace(new RegExp(`\\n    ${key}: .*`), '')
    const entry = text.slice(0, text.indexOf('  - provider')).split('\n').length
    expect(problemsWith('prices', removed)).toEqual([
      {
        file: pathOf('prices'),
        line: entry,
        message: expect.stringContaining(`missing prices.0.${key}: add it`),
      },
    ])
  })

  test('a price is dated by a calendar date', () => {
    const { printed, line } = change('prices', 'readOn: 2026-11-25', 'readOn: November 2026')
    expect(printed).toBe(`infra/matrix/prices.yaml:${line}: prices.0.readOn: write a date such as 2026-11-24`)
  })

  test('a low price above the high one is refused', () => {
    const { printed, line } = change('prices', 'lowUsdPerGpuHour: 14.2416', 'lowUsdPerGpuHour: 15')
    expect(printed).toContain(`prices.yaml:${line}: the low price is above the high one`)
  })

  test('a missing verdict is reported at its row with those that are possible', () => {
    const { problems, line } = change('requirements', 'h100: recommended, ', '', 'gpu_native:')
    expect(problems).toEqual([
      {
        file: pathOf('requirements'),
        line,
        message: expect.stringMatching(/^missing verdicts\.gpu_native\.l\.h100: add it \(.*"marginal"/),
      },
    ])
  })

  test('a planned load longer than the context that is promised is refused', () => {
    const { printed, line } = change('tiers', 'load: { promptTokens: 28416', 'load: { promptTokens: 32768')
    expect(printed).toBe(
      `infra/matrix/tiers.yaml:${line}: prompt and answer are 33280 tokens together: plan for 32768 or fewer, or promise more`,
    )
  })

  test('an architecture that does not add up to the published parameters is refused', () => {
    const { printed, line } = change('models', 'hidden: 4096', 'hidden: 4608', 'Mistral-7B')
    const entry = read(pathOf('models'))
      .split('\n')
      .slice(0, line)
      .findLastIndex((text) => /published.*s: 7/.test(text))
    expect(printed).toContain(`models.yaml:${entry}: the architecture has`)
  })

  test('text that is no YAML is reported with its line', () => {
    const { problems, line } = change('gpus', '    sm: 90', '    sm: 90\n    sm: 91')
    expect(problems).toEqual([
      { file: pathOf('gpus'), line: line + 1, message: expect.stringContaining('unique') },
    ])
  })

  test('everything that is wrong is reported at once', () => {
    const broken = new Map([
      [pathOf('gpus'), read(pathOf('gpus')).replaceAll('watts:', 'power:')],
      [pathOf('models'), read(pathOf('models')).replace('layers: 36', 'layers: many')],
    ])
    const { problems } = compileMatrix((file) => broken.get(file) ?? read(file))
    expect(problems?.filter(({ file }) => file === pathOf('models'))).toHaveLength(1)
    // An unknown key and a missing one for each GPU.
    expect(problems?.filter(({ file }) => file === pathOf('gpus'))).toHaveLength(2 * GPU_NAMES.length)
  })

  test('whichever key is misspelt, its own line is reported', () => {
    const keys = ['models', 'gpus', 'providers', 'prices', 'ownership', 'tiers', 'requirements'].flatMap(
      (name) =>
        read(pathOf(name))
          .split('\n')
          // Without its `kind` nobody knows which keys a mapping may have: that is reported at the mapping.
          .flatMap((text, index) => (/^[ -]*(?!kind:)\w+:/.test(text) ? [{ name, index }] : [])),
    )
    expect(keys.length).toBeGreaterThan(500)
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.constantFrom('x', 'Gb', '_'), ({ name, index }, suffix) => {
        const lines = read(pathOf(name)).split('\n')
        lines[index] = (lines[index] ?? '').replace(/^([ -]*\w+):/, `$1${suffix}:`)
        const problems = problemsWith(name, lines.join('\n'))
        expect(problems).toContainEqual(
          expect.objectContaining({
            file: pathOf(name),
            line: index + 1,
            message: expect.stringContaining('unknown key'),
          }),
        )
      }),
      { numRuns: 25 },
    )
  })
})

describe('the compiled matrix', () => {
  test('the module is what its sources compile to', () => {
    expect(compileMatrix(read)).toEqual({ matrix: MATRIX })
    expect(read(MATRIX_MODULE)).toBe(matrixModule(root))
  })

  test('a module that differs from its sources is out of date until it is written again', () => {
    const copy = mkdtempSync(join(tmpdir(), 'fairlead-matrix-'))
    try {
      cpSync(join(root, 'infra/matrix'), join(copy, 'infra/matrix'), { recursive: true })
      mkdirSync(dirname(join(copy, MATRIX_MODULE)), { recursive: true })
      const generator = matrixGenerator(copy)
      expect(generator.isUpToDate()).toBe(false)
      expect(generator.write()).toBe(true)
      expect(generator.isUpToDate()).toBe(true)
      const prices = join(copy, pathOf('prices'))
      writeFileSync(
        prices,
        readFileSync(prices, 'utf8').replace('highUsdPerGpuHour: 14.2416', 'highUsdPerGpuHour: 15'),
      )
      expect(generator.isUpToDate()).toBe(false)
    } finally {
      rmSync(copy, { recursive: true })
    }
  })

  test('it has all 96 verdicts of the requirements document', () => {
    const verdicts = LEVELS.flatMap((level) =>
      TIERS.flatMap((tier) => GPU_NAMES.map((gpu) => MATRIX.requirementVerdicts[level][tier][gpu])),
    )
    expect(verdicts).toHaveLength(96)
    // Counted in the document itself.
    expect(REQUIREMENT_VERDICTS.map((verdict) => verdicts.filter((each) => each === verdict).length)).toEqual(
      [34, 24, 22, 16],
    )
  })

  test('it has all 12 rows of the document’s table of costs; a month is 720 hours there', () => {
    expect(MATRIX.requirementCosts).toHaveLength(12)
    for (const { nanoUsdPerHour, monthlyUsd } of MATRIX.requirementCosts)
      expect(Math.abs((nanoUsdPerHour * 720) / 1e9 - monthlyUsd)).toBeLessThan(1)
  })

  test('money is whole nano-dollars', () => {
    const amounts = [
      ...MATRIX.prices.flatMap((price) => [price.lowNanoUsdPerGpuHour, price.highNanoUsdPerGpuHour]),
      ...MATRIX.requirementCosts.flatMap((cost) => [cost.nanoUsdPerHour, cost.nanoUsdPerKTok]),
    ]
    expect(amounts.every((amount) => Number.isSafeInteger(amount) && amount > 0)).toBe(true)
  })

  test('a price that stands in is the other provider’s, with its source and date', () => {
    const borrowed = MATRIX.prices.filter(({ standsInFor }) => standsInFor !== null)
    expect(borrowed.length).toBeGreaterThan(0)
    for (const { standsInFor, provider, ...price } of borrowed)
      expect(MATRIX.prices).toContainEqual({ ...price, provider: standsInFor, standsInFor: null })
  })

  test('hyperscalers and GPU clouds sell no RTX 4090, and no H100 stands in Frankfurt', () => {
    const sellers = MATRIX.providers.filter(({ offers }) => offers.some(({ gpu }) => gpu === 'rtx4090'))
    expect(sellers.map(({ name }) => name)).toEqual(['runpod', 'nyc', 'sf', 'fra'])
    const installed = MATRIX.providers
      .filter(({ level }) => level === 'on_premises')
      .map(({ offers }) => offers.filter(({ isInstalled }) => isInstalled).map(({ gpu }) => gpu))
    expect(installed).toEqual([['h100', 'a100', 'l40s'], ['h100', 'a100', 'l40s'], []])
  })

  test.each(TIERS)('tier %s is planned for what its retrieval finds, and that fits its context', (tier) => {
    const { retrieval, load, slo } = MATRIX.tiers[tier]
    const wanted = retrieval.topK * retrieval.chunkTokens + 256
    expect(load.promptTokens).toBe(Math.min(wanted, slo.contextTokens - retrieval.outputTokens - 256))
    expect(load.promptTokens + load.outputTokens).toBeLessThanOrEqual(slo.contextTokens)
  })
})

describe('the models', () => {
  /** Billions of parameters as published: all, and those active for a token. */
  const PUBLISHED = {
    'Qwen/Qwen2.5-3B-Instruct': [3.09, 3.09],
    'microsoft/Phi-3-mini-4k-instruct': [3.82, 3.82],
    'meta-llama/Llama-3.2-3B-Instruct': [3.21, 3.21],
    'meta-llama/Llama-3.1-8B-Instruct': [8.03, 8.03],
    'mistralai/Mistral-7B-Instruct-v0.3': [7.25, 7.25],
    'Qwen/Qwen2.5-14B-Instruct': [14.77, 14.77],
    'meta-llama/Llama-3.1-70B-Instruct': [70.55, 70.55],
    'Qwen/Qwen2.5-72B-Instruct': [72.71, 72.71],
    'deepseek-ai/DeepSeek-V2.5': [235.7, 21.4],
    'meta-llama/Llama-3.1-405B-Instruct': [405.85, 405.85],
    'deepseek-ai/DeepSeek-V3': [671, 37.55],
  } as const

  test('there are eleven, and every one is planned for', () => {
    expect(MATRIX.models.map(({ name }) => name)).toEqual(Object.keys(PUBLISHED))
    expect(TIERS.flatMap((tier) => MATRIX.tiers[tier].models)).toEqual(Object.keys(PUBLISHED))
  })

  test.each(Object.entries(PUBLISHED))(
    '%s has within 0.5 % the published parameters, counted from its architecture',
    (name, [all, active]) => {
      const model = MATRIX.models.find((each) => each.name === name)
      expect(Math.abs((model?.parameters ?? 0) / all / 1e9 - 1)).toBeLessThan(0.005)
      expect(Math.abs((model?.activeParameters ?? 0) / active / 1e9 - 1)).toBeLessThan(0.005)
    },
  )

  const configs = join(process.env['FAIRLEAD_DATA'] ?? '', 'model-configs')
  const absent = !process.env['FAIRLEAD_DATA'] || !existsSync(configs)
  const said = absent ? ' (absent here: set FAIRLEAD_DATA to the folder that holds model-configs)' : ''

  test.skipIf(absent).each([
    ['meta-llama/Llama-3.1-8B-Instruct', 'meta-llama--Meta-Llama-3.1-8B_config.json'],
    ['meta-llama/Llama-3.1-70B-Instruct', 'meta-llama--Meta-Llama-3.1-70B_config.json'],
    ['meta-llama/Llama-3.1-405B-Instruct', 'meta-llama--Meta-Llama-3.1-405B_config.json'],
    ['deepseek-ai/DeepSeek-V3', 'deepseek-ai--DeepSeek-V3_config.json'],
  ])(`%s agrees with %s${said}`, (name, file) => {
    const config = JSON.parse(readFileSync(join(configs, file), 'utf8')) as Record<string, number>
    expect(MATRIX.models.find((model) => model.name === name)).toMatchObject({
      layers: config['num_hidden_layers'],
      hidden: config['hidden_size'],
      intermediate: config['intermediate_size'],
      vocabulary: config['vocab_size'],
      contextTokens: config['max_position_embeddings'],
      attention:
        config['kv_lora_rank'] === undefined
          ? {
              kind: 'grouped',
              queryHeads: config['num_attention_heads'],
              kvHeads: config['num_key_value_heads'],
              headDimension: (config['hidden_size'] ?? 0) / (config['num_attention_heads'] ?? 0),
            }
          : {
              kind: 'latent',
              queryHeads: config['num_attention_heads'],
              latentDimension: config['kv_lora_rank'],
              ropeDimension: config['qk_rope_head_dim'],
            },
      experts:
        config['n_routed_experts'] === undefined
          ? null
          : {
              routed: config['n_routed_experts'],
              shared: config['n_shared_experts'],
              perToken: config['num_experts_per_tok'],
              intermediate: config['moe_intermediate_size'],
              denseLayers: config['first_k_dense_replace'],
            },
    })
  })
})
