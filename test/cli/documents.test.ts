import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { collectionFor, describeSkipped, findDocuments } from '../../cli/lib/documents.ts'

function folderWith(...files: readonly string[]): string {
  const root = mkdtempSync(join(tmpdir(), 'fairlead-documents-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), file)
  }
  return root
}

it('finds documents below a folder by their relative paths, in order, each with its media type', async () => {
  const root = folderWith('b.txt', 'a/deep/er.MD', 'a/page.html', 'old.htm', 'x.markdown', 'image.png')
  const { files, problems } = await findDocuments([root])
  expect(files.map(({ id, mediaType }) => `${id} ${mediaType}`)).toEqual([
    'a/deep/er.MD text/markdown',
    'a/page.html text/html',
    'b.txt text/plain',
    'old.htm text/html',
    'x.markdown text/markdown',
  ])
  expect(problems).toEqual([])
})

it('names what it skips, the first few of many', async () => {
  const few = await findDocuments([folderWith('a.md', 'report.pdf')])
  expect(describeSkipped(few)).toBe(
    'Skipped 1 file that is none of .md, .markdown, .html, .htm, .txt: report.pdf',
  )
  const many = folderWith('a.md', ...Array.from({ length: 7 }, (_, i) => `photos/${i}.jpg`))
  expect(describeSkipped(await findDocuments([many]))).toMatch(
    /^Skipped 7 files that are none of .*: photos\/0\.jpg, .*, photos\/4\.jpg and 2 more$/,
  )
  expect(describeSkipped(await findDocuments([folderWith('a.md', '.hidden')]))).toBeNull()
})

it('leaves out what is hidden, node_modules, and folders behind links', async () => {
  const root = folderWith('seen.md', '.git/hidden.md', '.hidden.md', 'node_modules/package/readme.md')
  symlinkSync(root, join(root, 'loop'))
  const { files } = await findDocuments([root])
  expect(files.map(({ id }) => id)).toEqual(['seen.md'])
})

it('takes a file that is named by itself under its own name', async () => {
  const root = folderWith('sub/one.md')
  writeFileSync(join(root, 'another.md'), '')
  const { files } = await findDocuments([join(root, 'sub/one.md'), join(root, 'another.md')])
  expect(files.map(({ id }) => id)).toEqual(['another.md', 'one.md'])
})

it('refuses two files that would be the same document, naming both', async () => {
  const root = folderWith('a/readme.md', 'b/readme.md')
  await expect(findDocuments([join(root, 'a'), join(root, 'b')])).rejects.toThrow(
    `${root}/a/readme.md and ${root}/b/readme.md would both be the document "readme.md"`,
  )
})

it('refuses what does not exist, what is no document, and a folder without any', async () => {
  const root = folderWith('image.png')
  await expect(findDocuments([join(root, 'gone')])).rejects.toThrow('gone cannot be read (ENOENT)')
  await expect(findDocuments([join(root, 'image.png')])).rejects.toThrow('image.png is none of .md')
  await expect(findDocuments([root])).rejects.toThrow('There is no document')
})

it('names a collection after a folder', () => {
  expect(collectionFor('/home/me/My Notes (2026)')).toBe('my-notes-2026')
  expect(collectionFor('notes/')).toBe('notes')
  expect(() => collectionFor('/')).toThrow('--collection')
})
