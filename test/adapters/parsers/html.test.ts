import { describe, expect, it } from 'vitest'
import { htmlParser } from '../../../shared/adapters/parsers/html.ts'
import { blocksOf, parserContract, parseText } from '../../contract/parser.ts'

describe('Parser contract: html', () =>
  parserContract(htmlParser, {
    fragments:
      '<h1>A¦</h1>¦<h2>B</h2>¦<h3></h3>¦<p>¦</p>¦word ¦\n¦<br>¦<div class="nav">¦</div>¦<main>¦<article>¦<ul>¦<li>item¦</ul>¦<ol start=7>¦</ol>¦<dl><dt>t<dd>d¦</dl>¦<pre>\n  x¦</pre>¦<blockquote>¦<table>¦<tr>¦<td>cell¦<th>head¦</table>¦<a href="#x">¦</a>¦<sup>2</sup>¦<script>¦</script>¦<!--¦-->¦<title>T¦</title>¦<svg>¦</svg>¦&amp;¦&#xD800;¦&nbsp;¦<¦</¦<x y="¦😀'.split(
        '¦',
      ),
    nested: (depth) => [
      '<div>'.repeat(depth) + '</span>'.repeat(depth),
      '<ul><li>x'.repeat(depth),
      '<ul><li>x'.repeat(depth) + '<h2>y</h2>'.repeat(depth),
    ],
  }))

const html = (source: string) => parseText(htmlParser(), source)
const shown = (source: string) => blocksOf(html(source))

it('reads headings, paragraphs, lists, tables, quotes and code', () => {
  const page = `<h1>Fees &amp; times</h1>
    <p>The   pilot
    boards<br>at noon.</p>
    <ul><li>tug</li><li><p>mole</p><ol start="3"><li>first<li>second</ol></ul>
    <table><caption>Rates</caption><tr><th>ship<th>price</tr><tr><td>tug<td>40</table>
    <blockquote><p>Aye.</p></blockquote>
    <pre><code>
if (x) {
  y()
}</code></pre>`
  expect(shown(page)).toEqual([
    ['heading', 'Fees & times'],
    ['paragraph', 'The pilot boards\nat noon.'],
    ['list', '- tug\n- mole\n  3. first\n  4. second'],
    ['paragraph', 'Rates'],
    ['table', 'ship | price\ntug | 40'],
    ['quote', 'Aye.'],
    ['code', 'if (x) {\n  y()\n}'],
  ])
})

it('separates blocks by blank lines and puts them under their headings', () => {
  const document = html('<h1>A</h1>one<h3>B</h3><p>two<h2>C</h2>three')
  expect(document.text).toBe('A\n\none\n\nB\n\ntwo\n\nC\n\nthree')
  expect(document.blocks.map(({ headings }) => headings.join(' '))).toEqual([
    'A',
    'A',
    'A B',
    'A B',
    'A C',
    'A C',
  ])
})

it('takes the title, else the first heading of the first level', () => {
  expect(html('<title> Fees\n&mdash; Port </title><h1>Fees</h1>').title).toBe('Fees — Port')
  expect(html('<h2>Sub</h2><h1>Fees</h1><svg><title>icon</title></svg>').title).toBe('Fees')
  expect(html('text').title).toBe(null)
})

it('leaves out what surrounds the text: scripts, navigation, footers, controls, hidden parts', () => {
  const page = `<head><style>p {}</style><script>let a = '<p>'</script></head>
    <header><a href="/">Port</a> <nav>menu</nav></header><div class="cookie-banner">We use cookies</div>
    <div role="navigation">more</div><noscript>no</noscript><template>t</template>
    <p>kept</p><p hidden>injected</p><p style="display: none">injected</p><span aria-hidden="true">x</span>
    <button>Share</button><aside>ad</aside><footer>© Port</footer>`
  expect(shown(page)).toEqual([['paragraph', 'kept']])
})

it('keeps to the main part where a page has one, and to its own notes', () => {
  const page =
    '<div>before</div><main><p>text of the page</p><aside>A note.</aside><aside><a href="/x">Other</a></aside></main>after'
  expect(shown(page)).toEqual([
    ['paragraph', 'text of the page'],
    ['paragraph', 'A note.'],
  ])
})

it('drops what is called a menu only if it is mostly links', () => {
  expect(shown('<div class="side-menu"><a href="/a">Starters</a> <a href="/b">Mains</a></div><p>x')).toEqual([
    ['paragraph', 'x'],
  ])
  expect(
    shown('<div class="menu">Soup of the day, with bread, and a <a href="/b">main</a></div>').length,
  ).toBe(1)
})

it('keeps a header that has the title in it', () => {
  expect(
    shown('<header><h1>Port</h1><a href="/de">Deutsch</a> <a href="/fr">Français</a></header>')[0],
  ).toEqual(['heading', 'Port'])
})

it('reads the questions of an accordion, which are buttons', () => {
  expect(shown('<h3><button>When?</button></h3><div>At noon.</div>')).toEqual([
    ['heading', 'When?'],
    ['paragraph', 'At noon.'],
  ])
})

it('drops note marks and heading anchors, and writes powers with ^', () => {
  expect(
    shown(
      '<h2>Fees<a href="#fees">¶</a></h2><p>10<sup>6</sup> m<sup>2</sup><sup><a href="#n1">[1]</a></sup>',
    ),
  ).toEqual([
    ['heading', 'Fees'],
    ['paragraph', '10^6 m^2'],
  ])
})

it('reads lists and tables that only place things as what is in them', () => {
  expect(shown('<ul><li><h3>Card</h3><p>text</p></li></ul>')).toEqual([
    ['heading', 'Card'],
    ['paragraph', 'text'],
  ])
  expect(shown('<ol><li>Run<pre>npm start</pre></li><li>Stop</ol>')).toEqual([
    ['paragraph', '1. Run'],
    ['code', 'npm start'],
    ['paragraph', '2. Stop'],
  ])
  expect(shown('<table><tr><td>menu<td><table><tr><td>a<td>b</table></table>')).toEqual([
    ['paragraph', 'menu'],
    ['table', 'a | b'],
  ])
})

it('keeps each row on a line, whatever is in its cells', () => {
  expect(
    shown('<table><tr><td><p>a</p><p>b</p><td>c<br>d<tr><td><ul><li>x<li>y</ul><td><tr><td><td>z</table>'),
  ).toEqual([['table', 'a b | c d\nx; y\nz']])
})

it('survives broken tags as a browser does', () => {
  expect(shown('<h2>A</h3>text<p>one<p hidden>two<p>three')).toEqual([
    ['heading', 'A'],
    ['paragraph', 'text'],
    ['paragraph', 'one'],
    ['paragraph', 'three'],
  ])
  expect(shown('<div><table><tr><td></div>in</td></tr></table>out')).toEqual([
    ['table', 'in'],
    ['paragraph', 'out'],
  ])
  expect(shown('<?xml version="1.0"?><html><script/><p>a</p><nav/><p>b</p></html>').length).toBe(2)
})

it('reads the charset that a page declares', () => {
  const page = new Uint8Array([...new TextEncoder().encode('<meta charset="windows-1252"><p>caf'), 0xe9])
  expect(htmlParser().parse(page).text).toBe('café')
  expect(() => parseText(htmlParser(), '<meta charset="klingon">')).toThrow(/charset "klingon".*UTF-8/)
})
