import { readFileSync } from 'node:fs'
import type { Target } from '../../../shared/domain/evaluation/judged.ts'

export const readJson = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'))

/** Objects of a JSON Lines file, in order. */
export const readJsonLines = (file: string): unknown[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line): unknown => JSON.parse(line))

/** A document that answers, as good as any other that does. */
export const wholeDocument = (documentId: string): Target => ({ documentId, span: null, gain: 1 })
