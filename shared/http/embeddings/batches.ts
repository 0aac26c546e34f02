type CountTokens = (text: string) => number

/** A text that is sent, and where its vector belongs. */
export type SizedText = { readonly index: number; readonly text: string; readonly tokens: number }

/** A beginning about as long as so many tokens are, never more; a word cut in two may have more of them than the whole. Never half a surrogate pair. */
export function cutToTokens(text: string, maxTokens: number, countTokens: CountTokens): string {
  if (text.length <= maxTokens || countTokens(text) <= maxTokens) return text
  let [fits, tooLong] = [0, text.length]
  while (tooLong - fits > 1) {
    const middle = Math.floor((fits + tooLong) / 2)
    if (countTokens(text.slice(0, middle)) <= maxTokens) fits = middle
    else tooLong = middle
  }
  const cut = text.slice(0, fits)
  return cut.isWellFormed() || !text.isWellFormed() ? cut : cut.slice(0, -1)
}

/** Runs of texts in order, each within both limits; one text alone may have more tokens. */
export function batchTexts(
  texts: readonly SizedText[],
  { maxTexts, maxTokens }: { readonly maxTexts: number; readonly maxTokens: number },
): SizedText[][] {
  const batches: SizedText[][] = []
  let sum = 0
  for (const sized of texts) {
    const last = batches.at(-1)
    if (last && last.length < maxTexts && sum + sized.tokens <= maxTokens) {
      last.push(sized)
      sum += sized.tokens
    } else {
      batches.push([sized])
      sum = sized.tokens
    }
  }
  return batches
}
