import { readdir, stat } from 'node:fs/promises'
import { basename, extname, join, resolve } from 'node:path'
import { collectionName } from '../../shared/api/common.ts'
import { EXIT, Failure, reasonOf } from './failure.ts'
import { printable } from './terminal.ts'

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  '.md': 'text/markdown',
  '.markdown': 'text/markdown',
  '.html': 'text/html',
  '.htm': 'text/html',
  '.txt': 'text/plain',
}

const EXTENSIONS = Object.keys(MEDIA_TYPES).join(', ')
const SKIPPED_SHOWN = 5

/** A file to put in; `id` is its path below the folder that was named, with slashes. */
export type SourceFile = { readonly id: string; readonly path: string; readonly mediaType: string }
export type Problem = { readonly id: string; readonly reason: string }
export type Found = {
  readonly files: readonly SourceFile[]
  readonly problems: readonly Problem[]
  /** What is no document, by its path below the folder that was named. */
  readonly skipped: readonly string[]
}
type Skipped = { readonly skipped: string }

/** Every document below the paths, by id. A path that cannot be read is a failure; something further down only a problem of its own. */
export async function findDocuments(paths: readonly string[]): Promise<Found> {
  const files: SourceFile[] = []
  const problems: Problem[] = []
  const skipped: string[] = []
  for (const path of paths)
    for await (const found of below(resolve(path))) {
      if ('reason' in found) problems.push(found)
      else if ('skipped' in found) skipped.push(found.skipped)
      else files.push(found)
    }
  if (files.length + problems.length === 0)
    throw new Failure(EXIT.usage, `There is no document in ${paths.join(', ')}: looked for ${EXTENSIONS}.`)
  refuseSameIds(files)
  return { files: files.toSorted(byId), problems, skipped: skipped.toSorted() }
}

const byId = (a: SourceFile, b: SourceFile) => (a.id < b.id ? -1 : 1)

function refuseSameIds(files: readonly SourceFile[]): void {
  const known = new Map<string, SourceFile>()
  for (const file of files) {
    const other = known.get(file.id)
    if (other)
      throw new Failure(
        EXIT.usage,
        `${other.path} and ${file.path} would both be the document "${file.id}". Name a folder above both, or use two collections.`,
      )
    known.set(file.id, file)
  }
}

async function* below(path: string): AsyncGenerator<SourceFile | Problem | Skipped> {
  try {
    if ((await stat(path)).isDirectory()) return yield* walk(path)
  } catch (error) {
    throw new Failure(EXIT.usage, `${path} ${unreadable(error)}`, { cause: error })
  }
  const mediaType = mediaTypeOf(path)
  if (!mediaType) throw new Failure(EXIT.usage, `${path} is none of ${EXTENSIONS}`)
  return yield { id: basename(path), path, mediaType }
}

async function* walk(root: string, prefix = ''): AsyncGenerator<SourceFile | Problem | Skipped> {
  for (const entry of await readdir(join(root, prefix), { withFileTypes: true })) {
    if (isHidden(entry.name)) continue
    const id = prefix + entry.name
    const mediaType = mediaTypeOf(id)
    if (entry.isDirectory()) yield* walkInner(root, `${id}/`)
    else if (mediaType) yield { id, path: join(root, id), mediaType }
    else yield { skipped: id }
  }
}

async function* walkInner(root: string, prefix: string): AsyncGenerator<SourceFile | Problem | Skipped> {
  try {
    yield* walk(root, prefix)
  } catch (error) {
    yield { id: prefix, reason: unreadable(error) }
  }
}

/** `Skipped 2 files that are none of .md, .txt: report.pdf, photo.jpg`; null where nothing was. */
export function describeSkipped({ skipped }: Found): string | null {
  if (skipped.length === 0) return null
  const what = skipped.length === 1 ? '1 file that is' : `${skipped.length} files that are`
  const others = skipped.length - SKIPPED_SHOWN
  const shown = skipped.slice(0, SKIPPED_SHOWN).map(printable).join(', ')
  return `Skipped ${what} none of ${EXTENSIONS}: ${shown}${others > 0 ? ` and ${others} more` : ''}`
}

/** The end of a sentence that begins with a path. */
export const unreadable = (error: unknown) => `cannot be read (${reasonOf(error)})`

/** Nobody means these when they name a folder. */
const isHidden = (name: string) => name.startsWith('.') || name === 'node_modules'

const mediaTypeOf = (path: string) => MEDIA_TYPES[extname(path).toLowerCase()]

/** A collection's name made from a folder's: `My Notes` becomes `my-notes`. */
export function collectionFor(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 63)
  if (collectionName.safeParse(name).success) return name
  throw new Failure(EXIT.usage, `"${folder}" makes no name for a collection; give one with --collection.`)
}
