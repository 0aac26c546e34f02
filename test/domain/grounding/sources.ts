import type { Source } from '../../../shared/domain/passage.ts'

/** Passages numbered from 1. */
export const sourcesOf = (...texts: readonly string[]): Source[] =>
  texts.map((text, i) => ({
    number: i + 1,
    documentId: `d${i + 1}`,
    version: 1,
    title: '',
    start: 0,
    end: text.length,
    text,
    headings: [],
    labels: [],
    score: 1,
    probability: 1,
  }))
