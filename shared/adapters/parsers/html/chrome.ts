import type { Attributes } from './elements.ts'

/** `drop` is never content; `suspect` is chrome if it is mostly links. */
export type Verdict = 'keep' | 'drop' | 'suspect'

/** How many elements of each role the element stands in. */
type Surroundings = Readonly<Record<'main' | 'article' | 'heading' | 'note', number>>

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const NEVER_CONTENT = words(
  'script style noscript template title nav iframe object embed canvas audio video svg select textarea datalist dialog annotation annotation-xml rp',
)
const BESIDE = words('aside footer')
const CHROME_ROLES = words('navigation banner contentinfo search menu menubar toolbar dialog alertdialog')

/** Pages hide these until a script has run, and call them after whatever stands beside the text. */
const WHOLE_PAGE = words('html body main article')

const NEVER_READ_LABEL =
  /(?:cookie|consent|gdpr)s?[-_]?(?:banner|bar|notice|popup|modal|dialog|overlay|wall)|(?:^|\s)noprint(?:$|\s)/i
const CHROME_LABEL =
  /(?:^|[\s_-])(?:nav|navbar|navbox|navigation|menu|breadcrumbs?|sidebar|footer|header|toc|pagination|pager|share|sharing|social|related|recommended|advert|ads?|sponsored|promo|newsletter|skip|jump|editsection|catlinks|tags|categories|toolbar|banner)(?:$|[\s_-])/i

/** Whether an element belongs to the page around the text. */
export function judge(name: string, attributes: Attributes, inside: Surroundings): Verdict {
  if (WHOLE_PAGE.has(name)) return 'keep'
  if (isNeverRead(name, attributes) || isControl(name, inside)) return 'drop'
  if (isNoteMark(name, attributes, inside)) return 'drop'
  if (BESIDE.has(name) || attributes.get('role') === 'complementary')
    return inside.main + inside.article > 0 ? 'suspect' : 'drop'
  return name === 'header' || CHROME_LABEL.test(labelOf(attributes)) ? 'suspect' : 'keep'
}

const labelOf = (attributes: Attributes) => `${attributes.get('class') ?? ''} ${attributes.get('id') ?? ''}`

function isNeverRead(name: string, attributes: Attributes): boolean {
  return (
    NEVER_CONTENT.has(name) ||
    CHROME_ROLES.has(attributes.get('role') ?? '') ||
    NEVER_READ_LABEL.test(labelOf(attributes)) ||
    isHidden(attributes)
  )
}

/** What no reader of the page could see is no source for an answer. */
function isHidden(attributes: Attributes): boolean {
  const hidden = attributes.get('hidden')
  return (
    (hidden !== undefined && hidden !== 'until-found') ||
    attributes.get('aria-hidden') === 'true' ||
    /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)/i.test(attributes.get('style') ?? '')
  )
}

/** A button in a heading is the question of an accordion. */
function isControl(name: string, inside: Surroundings): boolean {
  return name === 'button' && inside.heading === 0
}

/** A raised "[1]" means nothing away from its page, and would be taken for a citation of ours. */
function isNoteMark(name: string, attributes: Attributes, inside: Surroundings): boolean {
  if (name === 'a') return inside.note > 0 && isFragment(attributes)
  return name === 'sup' && /(?:^|\s)(?:reference|footnote)/.test(attributes.get('class') ?? '')
}

export function isFragment(attributes: Attributes): boolean {
  return attributes.get('href')?.startsWith('#') ?? false
}
