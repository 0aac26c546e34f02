import type { Span } from '../document.ts'
import type { Found, Target } from './judged.ts'

export type CharacterOverlap = { readonly recall: number; readonly precision: number; readonly iou: number }

/**
 * How the characters of the first `depth` hits, each counted once, cover those of the targets: found of wanted, wanted of found, both of
 * either. Source: Chroma, "Evaluating Chunking Strategies for Retrieval" (2024), whose tokens are characters here.
 */
export function characterOverlap(
  hits: readonly Found[],
  targets: readonly Target[],
  depth: number,
): CharacterOverlap {
  const wanted = targets.flatMap(({ documentId, span }) => (span ? [{ documentId, ...span }] : []))
  const found = hits.slice(0, depth)
  const [inWanted, inFound] = [size(wanted), size(found)]
  const inEither = size([...wanted, ...found])
  const inBoth = inWanted + inFound - inEither
  return {
    recall: inWanted === 0 ? 0 : inBoth / inWanted,
    precision: inFound === 0 ? 0 : inBoth / inFound,
    iou: inEither === 0 ? 0 : inBoth / inEither,
  }
}

/** Characters that lie in any of the passages. */
function size(passages: readonly Found[]): number {
  const byDocument = Map.groupBy(passages, ({ documentId }) => documentId)
  return [...byDocument.values()].reduce((sum, spans) => sum + covered(spans), 0)
}

function covered(spans: readonly Span[]): number {
  let [end, sum] = [0, 0]
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    sum += Math.max(0, span.end - Math.max(end, span.start))
    end = Math.max(end, span.end)
  }
  return sum
}
