import {
  DIFFERENCES,
  describeRefusal,
  differences,
  figures,
  type Section,
  type Table,
  writeReport,
} from '../../cli/lib/eval/report.ts'
import { describeProbability } from './probability.ts'
import type { SetResult } from './run.ts'

export const figuresOf = ({ questions, configurations }: SetResult): Table =>
  figures(`${questions} questions`, configurations)

/** Writes report.md and report.json into the folder, a section for each set. */
export const writeSets = (folder: string, about: string, results: readonly SetResult[]) =>
  writeReport(folder, { title: 'Retrieval', about, sections: results.map(sectionOf) }, { sets: results })

function sectionOf(result: SetResult): Section {
  const { set, documents, questions, configurations, refused, probability } = result
  const compared = configurations.length > 1 ? [DIFFERENCES, differences(configurations)] : []
  return {
    title: set,
    parts: [
      `${documents} documents, ${questions} questions; means with 95 % bootstrap intervals.`,
      figuresOf(result),
      ...compared,
      `Default, ${describeProbability(probability)}`,
      ...refused.map(describeRefusal),
    ],
  }
}
