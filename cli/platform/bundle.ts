import { readFile } from 'node:fs/promises'
import { extname, join, relative, resolve } from 'node:path'
import { build, type Plugin } from 'esbuild'
import { PROJECT } from '../lib/project.ts'

/** A module of a Worker as Miniflare takes it. */
export type Module = {
  readonly type: 'ESModule' | 'CompiledWasm' | 'Data' | 'Text'
  readonly path: string
  readonly contents: string | Uint8Array
}

/** What stays a file beside the code, as the `rules` in the wrangler.toml files and wrangler's own have it. */
const FILE_TYPES: Readonly<Record<string, 'CompiledWasm' | 'Data' | 'Text'>> = {
  '.wasm': 'CompiledWasm',
  '.i8': 'Data',
  '.f32': 'Data',
  '.txt': 'Text',
}

const keepFiles: Plugin = {
  name: 'keep files',
  setup(build) {
    build.onResolve({ filter: /\.(?:wasm|i8|f32|txt)$/ }, ({ path, resolveDir }) => ({
      path: `./${relative(PROJECT, resolve(resolveDir, path))}`,
      external: true,
    }))
  },
}

/** The code of `workers/NAME` as one module, which comes first, and the files it imports. */
export const bundleWorker = (name: string) => bundle(name, `workers/${name}/index.ts`)

/** As bundleWorker, from any entry point of the project. */
export async function bundle(name: string, entryPoint: string): Promise<Module[]> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: PROJECT,
    entryPoints: [{ in: entryPoint, out: name }],
    outdir: PROJECT,
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    plugins: [keepFiles],
    logLevel: 'silent',
  })
  const imports = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map(({ path }) => path))
  const files = imports.filter((path) => extname(path) in FILE_TYPES)
  const code = {
    type: 'ESModule',
    path: join(PROJECT, `${name}.js`),
    contents: outputFiles[0]?.text ?? '',
  } as const
  return [code, ...(await Promise.all(files.map(fileModule)))]
}

async function fileModule(name: string): Promise<Module> {
  const path = resolve(PROJECT, name)
  const type = FILE_TYPES[extname(name)] ?? 'Data'
  return { type, path, contents: await readFile(path, type === 'Text' ? 'utf8' : null) }
}
