import { Command } from 'commander'
import { listFeedbackRoute } from '../../shared/api/feedback.ts'
import { evalCase } from '../../shared/domain/eval-case.ts'
import type { Answer, Client } from '../lib/client.ts'
import { type ClientOptions, clientCommand, connect } from '../lib/command.ts'
import { note, print } from '../lib/terminal.ts'

type Options = ClientOptions & { readonly collection?: string; readonly tenant?: string }
type Query = { readonly collection: string | undefined; readonly tenantId: string | undefined }

export const feedbackCommand = () =>
  new Command('feedback')
    .description('what people said of answers')
    .addCommand(exportCommand().exitOverride())

const exportCommand = () =>
  clientCommand('export')
    .description("rated answers as cases for an evaluation, one JSON object a line; needs an admin's key")
    .option('-c, --collection <name>', 'only answers from this collection')
    .option('--tenant <id>', "of this tenant, with the operators' key")
    .action(async ({ collection, tenant, ...options }: Options) => {
      const { client } = connect(options, tenant === undefined ? 'tenant' : 'operator')
      let leftOut = 0
      for await (const rated of ratedAnswers(client, { collection, tenantId: tenant })) {
        const known = evalCase(rated)
        if (known) print(JSON.stringify(known))
        else leftOut += 1
      }
      if (leftOut > 0)
        note(
          `Left out: ${leftOut} rated down without a correctAnswer, or asked within a conversation; nothing can be checked against them.`,
        )
    })

const PAGE = 500

async function* ratedAnswers(
  client: Client,
  query: Query,
): AsyncGenerator<Answer<typeof listFeedbackRoute>['data'][number]> {
  let cursor: string | undefined
  do {
    const page = await client.call(listFeedbackRoute, { query: { ...query, limit: PAGE, cursor } })
    yield* page.data
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
}
