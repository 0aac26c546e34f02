import type { Span } from './document.ts'

/** The span without blank lines before it and white space after it; the indentation of its first line stays. */
export function trimSpan(text: string, start: number, end: number): Span {
  const inside = text.slice(start, end)
  const margin = inside.slice(0, inside.length - inside.trimStart().length)
  return {
    start: start + margin.lastIndexOf('\n') + 1,
    end: start + Math.max(margin.length, inside.trimEnd().length),
  }
}

export function isBlank(text: string): boolean {
  return !/\S/.test(text)
}
