import type { Source } from '../passage.ts'
import { paragraphs } from '../sentences.ts'
import { type CheckedClaim, claimOf, type Sentence, sentencesOfAnswer, withoutMarkers } from './claims.ts'
import { readEvidence } from './reading.ts'

/**
 * What may end a sentence (a mark, a blank line, a line or the one before it that stands for itself), and behind it the first word of
 * the next one, itself ended. From there on nothing that follows moves the border: Unicode's rules look as far as the next letter,
 * ours as far as the blank behind a list's bullet.
 */
const NEXT_HAS_BEGUN =
  /(?:\p{Sentence_Terminal}\P{L}*\s|\n[ \t\r]*[\n#*+>•|`~\d-]|^[ \t]*[#|].*\n)\P{L}*\p{L}\S*\s/mu
const HAS_WORD = /\p{L}\S*\s/u

/**
 * `findClaims` for an answer that streams in: each claim comes as soon as its sentence and the citations behind it are complete,
 * which the first word of the next sentence shows. However the answer is cut, the claims are those of the whole.
 */
export function claimReader(sources: readonly Source[]) {
  const evidence = readEvidence(sources)
  /** The answer from the paragraph of the first open sentence on, and where in the answer that is. */
  let text = ''
  let offset = 0
  /** Sentences of `text` that are done, and where the first open one begins. */
  let done = 0
  let openFrom = 0

  const take = (ended: readonly Sentence[]): CheckedClaim[] => {
    done += ended.length
    return ended.map((sentence) => claimOf(sentence, evidence, offset))
  }

  /** Paragraphs before that of the first open sentence are not read again. */
  const forget = (found: readonly Sentence[], open: Sentence | undefined) => {
    if (!open) return
    const starts = paragraphs(withoutMarkers(text)).map(({ start }) => start)
    const from = starts.findLast((start) => start <= open.start) ?? 0
    text = text.slice(from)
    offset += from
    openFrom = open.start - from
    done = found.filter(({ start }) => start >= from && start < open.start).length
  }

  return {
    /** The claims that this piece of the answer completes. */
    push(delta: string): CheckedClaim[] {
      text += delta
      // Only a blank ends a word, and reading takes longer than looking.
      if (!/\s/.test(delta)) return []
      if (!NEXT_HAS_BEGUN.test(withoutMarkers(text).slice(openFrom))) return []
      const found = sentencesOfAnswer(text, offset > 0)
      const words = withoutMarkers(text)
      const last = found.findLastIndex(({ start }) => HAS_WORD.test(words.slice(start)))
      if (last <= done) return []
      const claims = take(found.slice(done, last))
      forget(found, found[last])
      return claims
    },
    /** The claims of what is left; call once, at the end. */
    end(): CheckedClaim[] {
      return take(sentencesOfAnswer(text, offset > 0).slice(done))
    },
  }
}
