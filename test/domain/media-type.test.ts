import { expect, it } from 'vitest'
import { essence, mediaTypeOfName } from '../../shared/domain/media-type.ts'

it.each([
  ['guide/intro.md', 'text/markdown'],
  ['README.MARKDOWN', 'text/markdown'],
  ['a.b.html', 'text/html'],
  ['index.HTM', 'text/html'],
  ['notes.txt', 'text/plain'],
  ['logo.png', null],
  ['Makefile', null],
  ['constructor.constructor', null],
  ['.md/file', null],
])('knows the type of %s by its extension: %s', (name, mediaType) => {
  expect(mediaTypeOfName(name)).toBe(mediaType)
})

it.each([
  ['Text/HTML; charset=UTF-8', 'text/html'],
  ['text/markdown; variant=GFM; charset="utf-8"', 'text/markdown'],
  ['text/plain; charset=us-ascii', 'text/plain'],
  ['text/plain; charset=iso-8859-1', null],
  ['application/octet-stream', null],
  ['', null],
])('reads %s as %s', (contentType, mediaType) => {
  expect(essence(contentType)).toBe(mediaType)
})
