import type { Source } from './passage.ts'
import { duplicateFilter } from './retrieval/diversity.ts'

/** What assembly needs to know of a retrieved chunk. */
export type Piece = Omit<Source, 'number' | 'url'> & { readonly ordinal: number; readonly gap: string }

type Limits = {
  readonly topK: number
  readonly budgetTokens: number
  readonly countTokens: (text: string) => number
}

/** The best chunks, best first: near-duplicates of a better one dropped, no more than `topK`, all within the token budget. */
export function select<P extends Piece>(
  hits: readonly P[],
  { topK, budgetTokens, countTokens }: Limits,
): P[] {
  const chosen: P[] = []
  const seen = duplicateFilter()
  let tokens = 0
  for (const hit of hits) {
    if (chosen.length === topK) break
    if (seen.isDuplicate(hit.text)) continue
    const cost = countTokens(hit.text)
    if (tokens + cost > budgetTokens) continue
    tokens += cost
    chosen.push(hit)
    seen.remember(hit.text)
  }
  return chosen
}

/**
 * Chunks grown towards their section while the budget has room, best first, then joined where they touch.
 * `neighbours` are the chunks around each chosen one; only those under the same headings are taken. Text stays exactly `[start, end)`.
 */
export function expand(
  chosen: readonly Piece[],
  neighbours: readonly Piece[],
  { budgetTokens, countTokens }: Limits,
): Source[] {
  let left = budgetTokens - chosen.reduce((sum, { text }) => sum + countTokens(text), 0)
  const taken = new Map(chosen.map((piece) => [keyOf(piece), piece]))
  for (const piece of chosen)
    for (const step of [1, -1]) {
      const next = neighbours.find(
        (other) => keyOf(other) === keyOf({ ...piece, ordinal: piece.ordinal + step }),
      )
      if (!next || taken.has(keyOf(next)) || !isSameSection(piece, next)) continue
      const cost = countTokens(next.text + piece.gap)
      if (cost > left) continue
      left -= cost
      taken.set(keyOf(next), { ...next, score: piece.score, probability: piece.probability })
    }
  return number(join([...taken.values()]))
}

const keyOf = ({ documentId, version, ordinal }: Pick<Piece, 'documentId' | 'version' | 'ordinal'>) =>
  `${version}/${ordinal}/${documentId}`

const isSameSection = (a: Piece, b: Piece) => a.headings.join('\n') === b.headings.join('\n')

/** Runs of consecutive chunks become one passage with the best of their scores and probabilities. */
function join(pieces: readonly Piece[]): Piece[] {
  const ordered = pieces.toSorted(
    (a, b) =>
      (a.documentId < b.documentId ? -1 : a.documentId > b.documentId ? 1 : 0) || a.ordinal - b.ordinal,
  )
  const joined: Piece[] = []
  for (const piece of ordered) {
    const last = joined.at(-1)
    const touches = last?.documentId === piece.documentId && last.ordinal + 1 === piece.ordinal
    if (!last || !touches || last.version !== piece.version) joined.push(piece)
    else
      joined[joined.length - 1] = {
        ...piece,
        start: last.start,
        text: last.text + last.gap + piece.text,
        headings: last.headings,
        score: Math.max(last.score, piece.score),
        probability: Math.max(last.probability, piece.probability),
      }
  }
  return joined.toSorted((a, b) => b.score - a.score)
}

function number(pieces: readonly Piece[]): Source[] {
  return pieces.map((piece, i) => {
    const { documentId, version, title, start, end, text, headings, labels, score, probability } = piece
    return {
      number: i + 1,
      documentId,
      version,
      title,
      start,
      end,
      text,
      headings,
      labels,
      score,
      probability,
    }
  })
}
