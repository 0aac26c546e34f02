import { isFragment, judge, type Verdict } from './chrome.ts'
import { type Attributes, readElements } from './elements.ts'

export type Opening = {
  readonly type: 'open'
  readonly name: string
  readonly attributes: Attributes
  /** A list or table that only places things: one that holds a heading, a table or code is read as blocks. */
  isLayout: boolean
}

export type Token =
  | Opening
  | { readonly type: 'close'; readonly name: string }
  | { readonly type: 'text'; readonly text: string }

type Role = 'main' | 'article' | 'heading' | 'note' | 'link' | 'title'

const ROLES: ReadonlyMap<string, Role> = new Map<string, Role>([
  ['main', 'main'],
  ['article', 'article'],
  ['h1', 'heading'],
  ['h2', 'heading'],
  ['h3', 'heading'],
  ['h4', 'heading'],
  ['h5', 'heading'],
  ['h6', 'heading'],
  ['summary', 'heading'],
  ['sup', 'note'],
  ['a', 'link'],
  ['title', 'title'],
])

/** How much of the page there is so far. */
type Amount = {
  readonly tokens: number
  /** Texts that hold a letter or a digit. */
  readonly words: number
  /** Characters of text that were kept; all that were seen; those of them in links. */
  readonly kept: number
  readonly seen: number
  readonly linked: number
  /** Headings of the first level. */
  readonly titles: number
}

type Frame = {
  readonly before: Amount
  readonly role: Role | undefined
  readonly verdict: Verdict
  /** Leads to another place on the page. Without a word in it, it is the sign beside a heading. */
  readonly isAnchor: boolean
}

type Region = { readonly role: Role; readonly before: Amount; readonly after: Amount }

type Page = {
  readonly tokens: Token[]
  words: number
  kept: number
  seen: number
  linked: number
  titles: number
  title: string
  readonly frames: Frame[]
  readonly containers: Opening[]
  readonly regions: Region[]
  readonly inside: Record<Role, number>
}

/** The title, and the content in order without what surrounds it: navigation, footers, scripts, hidden parts. */
export function readContent(html: string): { title: string; tokens: readonly Token[] } {
  const page: Page = {
    tokens: [],
    words: 0,
    kept: 0,
    seen: 0,
    linked: 0,
    titles: 0,
    title: '',
    frames: [],
    containers: [],
    regions: [],
    inside: { main: 0, article: 0, heading: 0, note: 0, link: 0, title: 0 },
  }
  readElements(html, {
    open: (name, attributes) => open(page, name, attributes),
    close: (name) => close(page, name),
    text: (data) => addText(page, data),
  })
  return { title: page.title, tokens: mainTokens(page) }
}

const isDropping = ({ frames }: Page) => frames.at(-1)?.verdict === 'drop'

const amount = ({ tokens, words, kept, seen, linked, titles }: Page): Amount => ({
  tokens: tokens.length,
  words,
  kept,
  seen,
  linked,
  titles,
})

function open(page: Page, name: string, attributes: Attributes) {
  const role = roleOf(page, name, attributes)
  const verdict = isDropping(page) ? 'drop' : judge(name, attributes, page.inside)
  page.frames.push({ before: amount(page), role, verdict, isAnchor: name === 'a' && isFragment(attributes) })
  if (role) page.inside[role] += 1
  if (verdict === 'drop') return
  const opening: Opening = { type: 'open', name, attributes, isLayout: false }
  if (name === 'h1') page.titles += 1
  if (PLACED.test(name)) markLayouts(page.containers)
  if (CONTAINERS.test(name)) page.containers.push(opening)
  page.tokens.push(opening)
}

function roleOf(page: Page, name: string, attributes: Attributes): Role | undefined {
  const role = attributes.get('role') === 'main' ? 'main' : ROLES.get(name)
  // Drawings have titles of their own.
  return role === 'title' && (isDropping(page) || page.title) ? undefined : role
}

const CONTAINERS = /^(?:ul|ol|dl|menu|dir|table)$/
const PLACED = /^(?:h[1-6]|table|pre)$/

/** From the inside out, up to one that is marked already, since all around that one are marked too. */
function markLayouts(containers: readonly Opening[]) {
  for (let at = containers.length - 1; at >= 0; at -= 1) {
    const container = containers[at]
    if (!container || container.isLayout) return
    container.isLayout = true
  }
}

function close(page: Page, name: string) {
  const frame = page.frames.pop()
  if (!frame) return
  const { before, role, verdict } = frame
  if (role) page.inside[role] -= 1
  if (verdict === 'drop') return
  if (CONTAINERS.test(name)) page.containers.pop()
  if (isChrome(page, frame)) return forget(page, before)
  page.tokens.push({ type: 'close', name })
  if ((role === 'main' || role === 'article') && page.inside[role] === 0)
    page.regions.push({ role, before, after: amount(page) })
}

function isChrome(page: Page, { before, verdict, isAnchor }: Frame): boolean {
  if (isAnchor && page.words === before.words) return true
  // A header with the title in it is the text's own, however many links stand beside.
  if (page.titles > before.titles) return false
  return verdict === 'suspect' && (page.linked - before.linked) * 2 >= page.seen - before.seen
}

function forget(page: Page, before: Amount) {
  page.tokens.length = before.tokens
  page.words = before.words
  page.kept = before.kept
  while ((page.regions.at(-1)?.before.tokens ?? -1) >= before.tokens) page.regions.pop()
}

function addText(page: Page, text: string) {
  if (page.inside.title > 0) page.title += text
  if (isDropping(page)) return
  if (/[\p{L}\p{N}]/u.test(text)) page.words += 1
  const length = text.trim().length
  page.kept += length
  page.seen += length
  if (page.inside.link > 0) page.linked += length
  page.tokens.push({ type: 'text', text })
}

/** What the page itself calls its main part, or else its articles, if most of the text is there. */
function mainTokens({ tokens, kept, regions }: Page): readonly Token[] {
  for (const wanted of ['main', 'article']) {
    const found = regions.filter(({ role }) => role === wanted)
    const inside = found.reduce((sum, { before, after }) => sum + after.kept - before.kept, 0)
    if (inside > 0 && inside * 2 >= kept)
      return found.flatMap(({ before, after }) => tokens.slice(before.tokens, after.tokens))
  }
  return tokens
}
