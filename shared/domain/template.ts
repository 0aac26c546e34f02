import type { Marking } from './marking.ts'

/** Instructions that the model gets beside the common rules. A version never changes, so that a changed wording can be told from a changed model. */
export type Template = {
  readonly name: string
  readonly version: number
  /** One of ours; a tenant's own one of the same name goes before it. */
  readonly builtIn: boolean
  readonly instructions: string
  readonly marking: Marking
}

export const MAX_INSTRUCTIONS_CHARACTERS = 8_000

/** To be raised with every change of a text below. */
const BUILT_IN_VERSION = 1

const builtIn = (name: string, instructions: string): Template => ({
  name,
  version: BUILT_IN_VERSION,
  builtIn: true,
  instructions,
  // Marks between words cost half as many tokens again, and code and verbatim quotations suffer.
  marking: 'tags',
})

/** For questions that name none: the common rules alone. */
export const DEFAULT_TEMPLATE = builtIn('qa', '')

const OTHERS = {
  faq: 'Answer in at most three sentences, the answer itself first.',
  code: 'Give code exactly as the sources have it, in fenced blocks with their language. Name versions, flags and files. Invent no function, option or path.',
  analysis:
    'Compare what the sources say point by point, then conclude. Keep what they state apart from what follows from it.',
  support:
    'Write to the person who asks: what to do, as numbered steps in order, then how to see that it worked. Say when to turn to a person.',
  regulated:
    'Quote decisive wording verbatim in quotation marks with its citation. Name conditions, exceptions, dates and jurisdictions. Give no advice beyond the sources.',
}

/** What an answer can be for before anything is set up, by name. */
export const BUILT_IN_TEMPLATES: ReadonlyMap<string, Template> = new Map(
  [
    DEFAULT_TEMPLATE,
    ...Object.entries(OTHERS).map(([name, instructions]) => builtIn(name, instructions)),
  ].map((template) => [template.name, template]),
)
