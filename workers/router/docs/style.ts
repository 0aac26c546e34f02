/** Light and dark from one palette; three columns on a desk, one on a phone. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --paper: light-dark(#ffffff, #14171a);
  --raised: light-dark(#f5f7f8, #1d2226);
  --line: light-dark(#dfe4e7, #2f363c);
  --ink: light-dark(#1a2024, #e3e8ea);
  --faint: light-dark(#5b676f, #98a4ab);
  --accent: light-dark(#0b7285, #5cc8d7);
  --blue: light-dark(#1558b0, #7fb2f5);
  --green: light-dark(#1a7340, #6ccf92);
  --amber: light-dark(#8f5b00, #e5b567);
  --red: light-dark(#b3261e, #f28b82);
  --code-paper: light-dark(#1d2429, #0d1012);
  --code-ink: #dfe7ea;
  --mono: ui-monospace, 'SF Mono', 'Cascadia Code', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
* { box-sizing: border-box }
html { scroll-padding-top: 4.5rem; -webkit-text-size-adjust: 100% }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif }
a { color: var(--accent); text-decoration: none }
a:hover { text-decoration: underline }
code, pre { font-family: var(--mono); font-size: .86em }
p code, td code { background: var(--raised); padding: .1em .3em; border-radius: 4px; overflow-wrap: anywhere }
p, ul { margin: .5rem 0 }
ul { padding: 0; list-style: none }
h1, h2, h3, h4 { line-height: 1.25; margin: 0 }
h1 { font-size: 2rem }
h2 { font-size: 1.5rem }
h3 { font-size: 1.15rem }
h3 a { color: inherit }
h4 { font-size: .78rem; text-transform: uppercase; letter-spacing: .06em; color: var(--faint); margin: 1.25rem 0 .5rem }
h4 code { text-transform: none; letter-spacing: 0 }

.top { position: sticky; top: 0; z-index: 2; display: flex; gap: 1.25rem; align-items: center; height: 3.1rem; padding: 0 1.5rem;
  background: var(--paper); border-bottom: 1px solid var(--line) }
.brand { margin-right: auto; font-weight: 650; color: var(--ink) }
.brand small { color: var(--faint); font-weight: 400; margin-left: .35rem }

.columns { display: grid; grid-template-columns: 16rem minmax(0, 1fr); max-width: 96rem; margin: 0 auto }
nav { position: sticky; top: 3.1rem; height: calc(100vh - 3.1rem); overflow-y: auto; padding: 1.25rem .75rem 3rem 1.5rem;
  border-right: 1px solid var(--line); font-size: .9rem }
nav a { display: block; padding: .2rem .5rem; border-radius: 5px; color: var(--faint) }
nav a:hover { background: var(--raised); text-decoration: none }
nav a[aria-current] { background: var(--raised); color: var(--accent) }
nav > ul > li { margin-bottom: 1rem }
nav > ul > li > a { color: var(--ink); font-weight: 600 }
main { padding: 2rem 2rem 6rem; min-width: 0 }
main.narrow { max-width: 60rem; margin: 0 auto }
.opening { max-width: 46rem }
main > section[id] { margin-top: 3.5rem; padding-top: 1.5rem; border-top: 2px solid var(--line) }

.index { background: var(--raised); border-radius: 8px; padding: .6rem .9rem; margin: 1rem 0 0; font-size: .92rem }
.index a { display: block; padding: .15rem 0; color: var(--ink) }
.index code, .path code { overflow-wrap: anywhere }
article { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 28rem); column-gap: 2.5rem; padding: 2.25rem 0;
  border-bottom: 1px solid var(--line) }
article:last-child { border-bottom: 0 }
article > h3 { grid-column: 1 / -1; margin-bottom: .5rem }
.shown { min-width: 0 }
.path { margin-top: 0 }
.scope { color: var(--faint); font-size: .9rem }
.method { display: inline-block; min-width: 4.2em; font: 600 .74rem var(--mono); color: var(--faint) }
.get { color: var(--blue) } .post { color: var(--green) } .put, .patch { color: var(--amber) } .delete { color: var(--red) }

.fields { border-top: 1px solid var(--line); margin: 0; font-size: .93rem }
.fields > li { padding: .55rem 0; border-bottom: 1px solid var(--line) }
.fields p { margin: .2rem 0 0 }
.name { font-weight: 600; font-size: .9em }
.type { color: var(--faint); font-size: .86em }
.required { color: var(--red) } .optional { color: var(--faint) }
.required, .optional { font-size: .78em; margin-left: .5em }
/* Only the exception is said: a field that must be sent, one that may be missing from an answer. */
.told .optional, .shown .required { display: none }
.constraints { color: var(--faint); font: .8em/1.5 var(--mono); overflow-wrap: anywhere }
details > summary { cursor: pointer; color: var(--accent); font-size: .86em; margin-top: .25rem; width: fit-content }
details .fields { border-left: 2px solid var(--line); padding-left: .9rem; margin-top: .4rem }
.shape + .shape { margin-top: 1rem }

.example { display: flex; flex-direction: column; margin: 0 0 .75rem; border: 1px solid var(--line); border-radius: 8px;
  background: var(--code-paper); color: var(--code-ink); overflow: hidden }
.example pre { margin: 0; padding: .9rem 1rem; overflow-x: auto; font-size: .8rem; line-height: 1.5 }
.example button { align-self: flex-end; margin: .4rem .4rem 0; padding: .15rem .6rem; border: 1px solid #48535a; border-radius: 5px;
  background: #2a3238; color: inherit; font: .75rem system-ui, sans-serif; cursor: pointer }
.example button:not([hidden]) + pre { padding-top: .1rem }
.example button:hover { background: #3a444b }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px }
.reply { border-bottom: 1px solid var(--line); padding: .45rem 0; font-size: .93rem }
.reply > summary { width: auto; margin: 0; color: var(--ink); font-size: inherit }
.status { display: inline-block; min-width: 3.2em; font: 600 .85em var(--mono) }
.good { color: var(--green) } .bad { color: var(--red) }

table { width: 100%; border-collapse: collapse; margin-top: 1.5rem; font-size: .93rem }
th, td { text-align: left; vertical-align: top; padding: .55rem .75rem .55rem 0; border-bottom: 1px solid var(--line) }
th { color: var(--faint); font-weight: 500 }
td:first-child { white-space: nowrap }
tr:target { background: var(--raised) }

@media (max-width: 70rem) { article { grid-template-columns: minmax(0, 1fr) } .shown { margin-top: 1.5rem } }
@media (max-width: 48rem) {
  .top { padding: 0 1rem; gap: .9rem; font-size: .9rem }
  html { scroll-padding-top: 6.5rem }
  .columns { grid-template-columns: minmax(0, 1fr) }
  nav { z-index: 1; height: auto; padding: .4rem .6rem; overflow-x: auto; background: var(--paper);
    border: 0; border-bottom: 1px solid var(--line) }
  nav > ul { display: flex; margin: 0 }
  nav > ul > li { margin: 0 }
  nav ul ul { display: none }
  main { padding: 1.25rem 1rem 4rem }
  h1 { font-size: 1.6rem }
  thead { display: none }
  tr { display: block; padding: .6rem 0; border-bottom: 1px solid var(--line) }
  td { display: inline-block; padding: .1rem .75rem .1rem 0; border: 0 }
  td:last-child { display: block }
  td:nth-child(3)::before { content: 'try again: '; color: var(--faint) }
}
`
