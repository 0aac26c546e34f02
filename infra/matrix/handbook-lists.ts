import type { Cell } from '../../shared/domain/matrix/cells/cell.ts'
import type { Gpu, GpuName, MatrixSources, Model } from '../../shared/domain/matrix/sources/sources.ts'
import { gpuTitle, type Table } from '../../shared/domain/matrix/words/describe.ts'
import { digits, dollarRange, dollars, gigabytes } from '../../shared/domain/matrix/words/figures.ts'
import type { Tier } from '../../shared/domain/tiers.ts'
import { comparison, LEVEL_WORDS, tierTitle } from './handbook-cells.ts'
import { link, markdownPage, markdownTable } from './handbook-markdown.ts'

const BACK = link('The matrix', 'README.md')

const block = (title: string, { header, rows }: Table): string =>
  rows.length === 0 ? '' : `## ${title}\n\n${markdownTable({ header, rows })}`

/** What a tier promises, its models, and where it runs. */
export function tierPage(cells: readonly Cell[], tier: Tier, { tiers, models }: MatrixSources): string {
  const { title, useCases, slo, load, retrieval } = tiers[tier]
  const promise = [
    ['first token at p99', `at most ${digits(slo.timeToFirstTokenP99Ms)} ms`],
    ['each further token', `at most ${digits(slo.timePerOutputTokenMs)} ms`],
    ['output of one replica', `at least ${digits(slo.outputTokensPerSecond)} tokens a second`],
    ['context', `${digits(slo.contextTokens)} tokens`],
    [
      'planned load',
      `${digits(load.concurrency)} at once, ${digits(load.promptTokens)} tokens of prompt, ${digits(load.outputTokens)} of output`,
    ],
  ]
  const finding = [
    ['chunks', `${retrieval.topK} of ${digits(retrieval.chunkTokens)} tokens`],
    ['context', `${digits(retrieval.contextTokens)} tokens`],
    ['longest answer', `${digits(retrieval.outputTokens)} tokens`],
    ['vector store', retrieval.vectorStore],
    ['embedder', retrieval.embedder],
    ['reranker', retrieval.reranker],
  ]
  return markdownPage(tierTitle(tier), [
    `${title}, for ${useCases.join(', ')}. ${BACK}.`,
    block('Promise', { header: ['what', 'value'], rows: promise }),
    block('Models', modelTable(models.filter((model) => model.tier === tier))),
    block('Retrieval', { header: ['what', 'value'], rows: finding }),
    block('Configurations', comparison(cells.filter((cell) => cell.tier === tier))),
  ])
}

const billions = (count: number) => `${digits(count / 1e9)} billion`

const modelTable = (models: readonly Model[]): Table => ({
  header: ['model', 'parameters', 'active', 'layers', 'attention', 'context', 'source'],
  rows: models.map((model) => [
    model.name,
    billions(model.parameters),
    billions(model.activeParameters),
    String(model.layers),
    attentionOf(model),
    `${digits(model.contextTokens)} tokens`,
    `${model.source}, read on ${model.readOn}`,
  ]),
})

const attentionOf = ({ attention }: Model): string =>
  attention.kind === 'latent'
    ? `latent, ${attention.latentDimension} + ${attention.ropeDimension}`
    : `${attention.queryHeads} query heads, ${attention.kvHeads} key-value heads`

/** What a GPU can do, who has it for how much, and what runs on it. */
export const gpuPage = (cells: readonly Cell[], name: GpuName, sources: MatrixSources): string =>
  markdownPage(gpuTitle(name), [
    `${sources.gpus[name].title}, ${sources.gpus[name].architecture}. ${BACK}.`,
    block('Figures', figuresOf(sources.gpus[name])),
    block('Offers', offersOf(name, sources)),
    block('Prices', pricesOf(name, sources)),
    block('Configurations', comparison(cells.filter((cell) => cell.gpu === name))),
  ])

const figuresOf = (gpu: Gpu): Table => ({
  header: ['what', 'value'],
  rows: [
    ['memory', gigabytes(gpu.memoryBytes)],
    ['memory bandwidth', `${digits(gpu.bytesPerSecond / 1e9)} GB/s`],
    ...Object.entries(gpu.flops).map(([precision, flops]) => [
      `arithmetic in ${precision}`,
      `${digits(flops / 1e12)} TFLOPS`,
    ]),
    ['link in the node', `${gpu.link}, ${digits(gpu.linkBytesPerSecond / 1e9)} GB/s one way`],
    ['link between nodes', `${digits(gpu.interNodeBytesPerSecond / 1e9)} GB/s one way`],
    ['GPUs of a node', String(gpu.gpusPerNode)],
    ['power', `${digits(gpu.watts)} W`],
    ['purchase', gpu.purchaseNanoUsd === null ? 'not published' : dollars(gpu.purchaseNanoUsd)],
    ['source', `${gpu.source}, read on ${gpu.readOn}`],
  ],
})

const offersOf = (name: GpuName, { providers }: MatrixSources): Table => ({
  header: ['provider', 'level', 'machine', 'GPUs', 'regions', 'source'],
  rows: providers.flatMap((provider) =>
    provider.offers
      .filter(({ gpu }) => gpu === name)
      .map(({ instance, gpuCounts, regions, isInstalled, source, readOn }) => [
        provider.title,
        LEVEL_WORDS[provider.level],
        isInstalled ? instance : `${instance} (not installed)`,
        gpuCounts.join(', '),
        regions.join(', '),
        `${source}, read on ${readOn}`,
      ]),
  ),
})

const pricesOf = (name: GpuName, { prices, providers }: MatrixSources): Table => ({
  header: ['provider', 'basis', 'GPU-hour', 'fewest GPUs', 'source'],
  rows: prices
    .filter(({ gpu }) => gpu === name)
    .map((price) => [
      providers.find((provider) => provider.name === price.provider)?.title ?? price.provider,
      price.standsInFor === null ? price.basis : `${price.basis}, standing in for ${price.standsInFor}`,
      dollarRange(price.lowNanoUsdPerGpuHour, price.highNanoUsdPerGpuHour),
      String(price.minGpus),
      `${price.source}, read on ${price.readOn}`,
    ]),
})
