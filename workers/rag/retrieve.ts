import type { CollectionRow } from '../../shared/db/collections.ts'
import { assessEvidence } from '../../shared/domain/abstention.ts'
import { expand, select } from '../../shared/domain/assemble.ts'
import { indexNamespace } from '../../shared/domain/collection.ts'
import { chooseMark, markedTokens, tokensOnceMarked } from '../../shared/domain/marking.ts'
import { RETRIEVAL_PROFILES } from '../../shared/domain/matrix/sources/profiles.ts'
import { type Prompt, recentTurns, searchText, writePrompt } from '../../shared/domain/prompt.ts'
import { hintRules, hintsOf } from '../../shared/domain/query/hints.ts'
import { AppError } from '../../shared/errors.ts'
import type { CallContext, LabelledHit, Retrieved, RetrieveRequest } from '../../shared/ports/services.ts'
import type { Hit } from '../../shared/ports/vector-store.ts'
import type { Deps } from './app.ts'
import { search } from './search.ts'
import { askedText } from './wordings.ts'

/** Candidates per wanted source: near-duplicates fall away, and what is too long for the budget is passed over. */
const OVERFETCH = 3
/** Earlier turns may take this share of the prompt; documents need the rest. */
const CONVERSATION_SHARE = 0.25

/** Share of the context left free, since tokens are counted by WordPiece and each model counts by its own. */
const TOKEN_MARGIN = 0.1

/** Question in, prompt out: search, pick what fits the tier's token budget, grow it where room is left, write the messages. */
export async function retrieve(
  deps: Deps,
  context: CallContext,
  collection: CollectionRow,
  request: RetrieveRequest,
): Promise<Retrieved> {
  const { countTokens, now } = deps
  const startedMs = now()
  const profile = RETRIEVAL_PROFILES[request.tier]
  const topK = request.topK ?? collection.retrieval.topK ?? profile.topK
  const { question, filter, format, template } = request
  const conversation = recentTurns(
    request.conversation,
    profile.contextTokens * CONVERSATION_SHARE,
    countTokens,
  )
  // Who writes instructions of their own says in them how answers are to be.
  const isHinting = request.hints ?? collection.retrieval.hints ?? template.builtIn
  const hints = isHinting ? hintsOf(question) : null
  const options = { format, template, marker: deps.newMarker(), hints: hints ? hintRules(hints) : [] }
  const empty = writePrompt(question, conversation, [], options)
  const bare = countPrompt(countTokens, empty)
  // Models cut text into more pieces than WordPiece does, and the tags around a source are counted with none.
  const budgetTokens = Math.floor(profile.contextTokens * (1 - TOKEN_MARGIN)) - bare
  if (budgetTokens <= 0)
    throw new AppError(
      'context_length_exceeded',
      `question: it, the conversation and the instructions have ${bare} tokens, and tier ${request.tier} takes ${profile.contextTokens} with the sources; shorten one of them or ask for a larger tier`,
    )
  const query = searchText(question, request.conversation)
  const asked = { text: askedText(query, request.rewriting), synonyms: collection.synonyms }
  const { hits, settings, embedding, rerank } = await search(deps, context, collection, {
    query,
    filter,
    topK: topK * OVERFETCH,
    retrieval: request.retrieval,
    rewriting: request.rewriting,
  })
  const mark = template.marking === 'words' ? markOver(empty, hits, options.marker) : null
  const countSource = (text: string) => tokensOnceMarked(text, countTokens, mark)
  const limits = { topK, budgetTokens, countTokens: countSource }
  const chosen = select(hits, limits)
  const around = await neighboursOf(deps, context, collection, chosen)
  const sources = expand(chosen, around.filter(isFreeOf(mark)), limits)
  const prompt = writePrompt(question, conversation, sources, options)
  return {
    asked,
    sources,
    labels: [...new Set(sources.flatMap(({ labels }) => labels))],
    ...prompt,
    promptTokens: countPrompt(countTokens, prompt),
    assessment: assessEvidence(asked.text, sources, {
      hasConversation: request.conversation.length > 0,
      synonyms: asked.synonyms,
    }),
    hints,
    settings: { ...settings, topK },
    embedding,
    rerank,
    retrievalMs: now() - startedMs,
  }
}

async function neighboursOf(
  { store }: Deps,
  { principal }: CallContext,
  collection: CollectionRow,
  hits: readonly LabelledHit[],
) {
  const around = hits.map(async (hit) => {
    const found = await store.neighbours(indexNamespace(collection), rangeAround(hit), principal.principals)
    // Of the same version of the same document.
    const { labels, score, probability } = hit
    return found.map((neighbour) => ({ ...neighbour, labels, score, probability }))
  })
  return (await Promise.all(around)).flat()
}

const rangeAround = ({ documentId, version, ordinal }: Hit) => ({
  documentId,
  version,
  from: ordinal - 1,
  to: ordinal + 1,
})

/**
 * A mark that stands in nothing that may come into the prompt. The prompt draws its own from what does come, which leaves no fewer, so no dearer one than this,
 * by which passages are counted.
 */
function markOver({ messages }: Prompt, hits: readonly Hit[], seed: string): string {
  const texts = hits.flatMap(({ title, headings, text, gap }) => [title, ...headings, text, gap])
  return chooseMark([...messages.map(({ content }) => content), ...texts], seed)
}

/** A passage beside a hit that has the mark itself would make the prompt draw another one. */
const isFreeOf =
  (mark: string | null) =>
  ({ text, gap }: Pick<Hit, 'text' | 'gap'>) =>
    mark === null || !`${gap}${text}`.includes(mark)

function countPrompt(countTokens: Deps['countTokens'], { messages, mark }: Prompt): number {
  return messages.reduce((sum, { content }) => sum + markedTokens(content, mark, countTokens), 0)
}
