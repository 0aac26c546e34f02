import type { CitedText, citationFilter } from '../../shared/domain/citations.ts'
import type { Asked } from './ask.ts'

/** What the reader sees when the collection holds nothing on the question. */
export const NO_EVIDENCE = 'No passage in this collection answers the question.'

/** The answer as it may be shown, piece by piece: citations of sources that were not given are gone before anyone reads them. */
export async function* shownText(
  { session }: Asked,
  filter: ReturnType<typeof citationFilter>,
): AsyncGenerator<CitedText> {
  for await (const event of session.events) {
    if (event.type !== 'chunk' || event.text === '') continue
    const shown = filter.push(event.text)
    if (shown.text !== '') yield shown
  }
  const rest = filter.end()
  if (rest.text !== '') yield rest
}
