import { usageRoute } from '../../shared/api/money.ts'
import { USAGE_GROUPS } from '../../shared/domain/usage.ts'
import type { Answer } from '../lib/client.ts'
import { type ClientOptions, clientCommand, connect, show } from '../lib/command.ts'
import { table } from '../lib/terminal.ts'

type Options = ClientOptions & { readonly by: string; readonly from?: string; readonly to?: string }
type Usage = Answer<typeof usageRoute>

export const usageCommand = () =>
  clientCommand('usage')
    .description('what was spent, from the ledger')
    .option('--by <groups>', `comma-separated: ${USAGE_GROUPS.join(', ')}`, 'day')
    .option('--from <time>', 'first day or moment, in UTC; by default 30 days before the end')
    .option('--to <time>', 'the end, itself not counted; by default now')
    .action(async ({ by, from, to, ...options }: Options) => {
      const { client } = connect(options)
      const usage = await client.call(usageRoute, { query: { groupBy: by, from, to } })
      show(options, usage, (value) => describe(value, by))
    })

function describe({ data, total }: Usage, by: string): string {
  const groups = USAGE_GROUPS.filter((group) => by.split(',').includes(group))
  const row = (sum: Usage['total'], names: readonly string[]) => [
    ...names,
    sum.requests,
    sum.promptTokens,
    sum.completionTokens,
    sum.costUsd,
  ]
  const rows = data.map((sum) =>
    row(
      sum,
      groups.map((group) => sum[group] ?? '-'),
    ),
  )
  const totalRow = row(
    total,
    groups.map((_, index) => (index === 0 ? 'total' : '')),
  )
  return table([...groups, 'requests', 'prompt tokens', 'completion tokens', 'USD'], [...rows, totalRow])
}
