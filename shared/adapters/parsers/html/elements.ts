import { Tokenizer } from 'htmlparser2'

export type Attributes = ReadonlyMap<string, string>

/** Hears every element open and close exactly once and properly nested, whatever the page's tags do. */
export type ElementHandler = {
  open(name: string, attributes: Attributes): void
  close(name: string): void
  text(data: string): void
}

/**
 * Reads a page of any nesting in linear time, without recursion. The tokens are htmlparser2's; its Parser is not used,
 * because it shifts its whole stack for each element: 100,000 nested ones with as many stray end tags take it 15 s.
 */
export function readElements(html: string, handler: ElementHandler): void {
  const elements = elementStack(handler)
  const isXml = /^\s*<\?xml\b/.test(html)
  const isForeign = () => elements.has('svg') || elements.has('math')
  let name = ''
  let attributes = new Map<string, string>()
  let attribute = ''
  let value = ''
  const tokenizer = new Tokenizer(
    { recognizeSelfClosing: isXml },
    {
      onopentagname(start, end) {
        name = html.slice(start, end).toLowerCase()
        attributes = new Map()
      },
      onattribname(start, end) {
        attribute = html.slice(start, end).toLowerCase()
      },
      onattribdata(start, end) {
        value += html.slice(start, end)
      },
      onattribentity(codePoint) {
        value += String.fromCodePoint(codePoint)
      },
      onattribend() {
        attributes.set(attribute, attributes.get(attribute) ?? value)
        value = ''
      },
      onopentagend: () => elements.open(name, attributes),
      onselfclosingtag() {
        elements.open(name, attributes)
        // HTML ignores the slash: `<div/>` opens a div.
        if (isXml || isForeign()) elements.close(name)
      },
      onclosetag: (start, end) => elements.close(html.slice(start, end).toLowerCase()),
      ontext: (start, end) => handler.text(html.slice(start, end)),
      ontextentity: (codePoint) => handler.text(String.fromCodePoint(codePoint)),
      oncdata(start, end, offset) {
        if (isXml || isForeign()) handler.text(html.slice(start, end - offset))
      },
      oncomment() {},
      ondeclaration() {},
      onprocessinginstruction() {},
      onend: () => elements.closeAll(),
      isInForeignContext: isForeign,
    },
  )
  tokenizer.write(html)
  tokenizer.end()
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '))

const VOID = words('area base br col embed hr img input link meta param source track wbr')

/** What stands on lines of its own. */
export const BLOCK_ELEMENTS = words(
  'address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr legend li main menu nav ol optgroup option p pre search section summary table tbody td tfoot th thead tr ul',
)

/** An open element on the left ends where one on the right begins. */
const IMPLIED_ENDS = new Map<string, ReadonlySet<string>>([
  ['p', BLOCK_ELEMENTS],
  ['li', words('li')],
  ['dt', words('dt dd')],
  ['dd', words('dt dd')],
  ['td', words('td th tr tbody tfoot')],
  ['th', words('td th tr tbody tfoot')],
  ['tr', words('tr tbody tfoot')],
  ['thead', words('tbody tfoot')],
  ['tbody', words('tbody tfoot')],
  ['head', words('body')],
])

const isHeading = (name: string) => /^h[1-6]$/.test(name)

/** Any heading's end tag ends the open heading, so they share a name here. */
const family = (name: string) => (isHeading(name) ? 'heading' : name)

const endsBefore = (last: string, name: string) =>
  IMPLIED_ENDS.get(last)?.has(name) || (isHeading(last) && isHeading(name))

function elementStack(handler: ElementHandler) {
  const open: string[] = []
  /** Where the elements of each name stand in `open`: finding the innermost takes no search. */
  const positions = new Map<string, number[]>()
  const innermost = (name: string) => positions.get(name)?.at(-1) ?? -1
  const closeLast = () => {
    const name = open.pop()
    if (name === undefined) return
    positions.get(family(name))?.pop()
    handler.close(name)
  }
  return {
    has: (name: string) => innermost(name) !== -1,
    open(name: string, attributes: Attributes) {
      for (let last = open.at(-1); last !== undefined && endsBefore(last, name); last = open.at(-1))
        closeLast()
      handler.open(name, attributes)
      if (VOID.has(name)) return handler.close(name)
      const same = positions.get(family(name)) ?? []
      positions.set(family(name), same)
      same.push(open.length)
      open.push(name)
    },
    close(name: string) {
      const at = innermost(family(name))
      // A stray end tag does not reach out of the table that it stands in.
      if (at === -1 || at < innermost('table')) return
      while (open.length > at) closeLast()
    },
    closeAll() {
      while (open.length > 0) closeLast()
    },
  }
}
