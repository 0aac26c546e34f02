import scale from '../../models/edge-static/scale.f32'
import table from '../../models/edge-static/table.i8'
import vocabulary from '../../models/edge-static/vocab.txt'
import { edgeStaticEmbedder } from '../../shared/adapters/embedders/edge-static.ts'
import { embeddedVectorStore } from '../../shared/adapters/vector-stores/embedded.ts'
import type { Filter } from '../../shared/domain/filter.ts'
import { seededRandom } from '../../shared/domain/simulation/random.ts'
import { unit } from '../../shared/domain/vector.ts'
import type { ShardRpc } from '../../shared/ports/objects.ts'
import { searchSlots } from '../../shared/slot-search.ts'
import { Shard } from '../../workers/rag/objects/shard.ts'
import type { BenchDocument } from './texts.ts'

const TOP = 10

/** A shard that can also be asked what its rows say, without its index. */
export class BenchShard extends Shard {
  /** The ten best cosines over the stored int8 vectors, in double precision. */
  plainNearest(question: Float32Array, mean: Float32Array): { row: number; dense: number }[] {
    const query = `SELECT chunks.row AS row, vector, scale FROM chunks
      JOIN documents ON documents.row = chunks.document AND documents.live_version = chunks.version`
    let best: { row: number; dense: number }[] = []
    for (const stored of this.ctx.storage.sql.exec<{ row: number; vector: ArrayBuffer; scale: number }>(
      query,
    )) {
      const dense = cosine(new Int8Array(stored.vector), stored.scale, question, mean)
      best.push({ row: stored.row, dense })
      if (best.length > 1_000) best = best.toSorted((a, b) => b.dense - a.dense).slice(0, TOP)
    }
    return best.toSorted((a, b) => b.dense - a.dense).slice(0, TOP)
  }

  /** The object leaves memory; the next call finds it as it wakes. */
  sleep() {
    this.ctx.abort('asleep')
  }
}

type Env = { readonly SHARDS: DurableObjectNamespace<BenchShard> }

function cosine(bytes: Int8Array, bytesScale: number, question: Float32Array, mean: Float32Array): number {
  let [dot, square] = [0, 0]
  for (const [i, byte] of bytes.entries()) {
    const centred = byte * bytesScale - (mean[i] ?? 0)
    dot += centred * (question[i] ?? 0)
    square += centred ** 2
  }
  return square > 0 ? dot / Math.sqrt(square) : 0
}

const embedder = edgeStaticEmbedder({ table, scale, vocabulary })
const projections = new Map<number, Float32Array>()

/** The table's own 256 dimensions, or as many others as a random projection makes of them. */
async function embed(texts: readonly string[], dimensions: number): Promise<Float32Array[]> {
  const { vectors } = await embedder.embed(texts, 'document')
  if (dimensions === embedder.dimensions) return vectors
  const projection = projections.get(dimensions) ?? randomProjection(dimensions)
  projections.set(dimensions, projection)
  return vectors.map((vector) => {
    const wide = new Float32Array(dimensions)
    for (let to = 0; to < dimensions; to += 1)
      for (let from = 0; from < vector.length; from += 1)
        wide[to] = (wide[to] ?? 0) + (vector[from] ?? 0) * (projection[to * vector.length + from] ?? 0)
    return unit(wide)
  })
}

function randomProjection(dimensions: number): Float32Array {
  const random = seededRandom(dimensions)
  return Float32Array.from({ length: dimensions * embedder.dimensions }, () => random.uniform() - 0.5)
}

async function add(
  shard: ShardRpc,
  documents: readonly BenchDocument[],
  dimensions: number,
): Promise<number> {
  let ms = 0
  for (const { id, title, texts } of documents) {
    const vectors = await embed(texts, dimensions)
    const chunks = texts.map((text, ordinal) => ({
      id: `${id}-${ordinal}`,
      ordinal,
      start: 0,
      end: text.length,
      text,
      gap: '\n\n',
      headings: [title],
      vector: vectors[ordinal] ?? new Float32Array(dimensions),
    }))
    const startMs = performance.now()
    await shard.stage({ documentId: id, version: 1 }, chunks)
    await shard.publish({ documentId: id, version: 1, title, metadata: {}, acl: null, labels: [] })
    ms += performance.now() - startMs
  }
  return ms
}

const namespaceOf = (name: string) => ({ tenantId: 'bench', collection: name, profile: 'bench', slots: 1 })

/** A filter that all documents pass: what it costs is to find that out. Each question has its own, so that none is known already. */
const filterOf = (question: string): Filter => ({ not: { field: 'topic', is: { eq: question } } })

/** One search as the platform does it: the time of its embedding, and of the whole. */
async function search(env: Env, name: string, text: string, dimensions: number, filter?: Filter) {
  const startMs = performance.now()
  const [vector = new Float32Array(dimensions)] = await embed([text], dimensions)
  const embeddedMs = performance.now()
  const store = embeddedVectorStore(() => env.SHARDS.getByName(name))
  const hits = await store.search(namespaceOf(name), { text, vector, topK: TOP, principals: [], filter })
  const wholeMs = performance.now() - startMs
  const stages = filter ? { filtered: wholeMs } : { embed: embeddedMs - startMs, whole: wholeMs }
  return { stages, hits: hits.length }
}

/** The same in steps, as over several slots: the time of each, by the name of the shard's method. */
async function steps(env: Env, name: string, text: string, dimensions: number) {
  const stages: Record<string, number> = {}
  const [vector = new Float32Array(dimensions)] = await embed([text], dimensions)
  const startMs = performance.now()
  const shard = timed(env.SHARDS.getByName(name), stages)
  const hits = await searchSlots([shard], { text, vector, topK: TOP, principals: [] })
  stages['all steps'] = performance.now() - startMs
  return { stages, hits: hits.length }
}

function timed(shard: ShardRpc, stages: Record<string, number>): ShardRpc {
  return new Proxy(shard, {
    get:
      (target, name: keyof ShardRpc) =>
      async (...args: unknown[]) => {
        const startMs = performance.now()
        const answer = await (target[name] as (...all: unknown[]) => Promise<unknown>)(...args)
        stages[name] = (stages[name] ?? 0) + performance.now() - startMs
        return answer
      },
  })
}

/** The largest difference between the scan's ten best cosines and those of plain arithmetic. */
async function worstDifference(env: Env, name: string, texts: readonly string[], dimensions: number) {
  const shard = env.SHARDS.getByName(name)
  let worst = 0
  for (const question of await embed(texts, dimensions)) {
    const { vectorSum, vectorCount } = await shard.probe({ text: '', synonyms: [] }, { principals: [] }, 1)
    const mean = vectorSum.map((value) => value / vectorCount)
    const plain = await shard.plainNearest(question, mean)
    const found = await shard.nearest(
      question,
      mean,
      { principals: [] },
      plain.map(({ row }) => row),
      TOP,
    )
    const dense = new Map(found.map((hit) => [hit.row, hit.dense]))
    const ranked = [...found].toSorted((a, b) => b.dense - a.dense)
    for (const [rank, hit] of plain.entries()) {
      worst = Math.max(worst, Math.abs((dense.get(hit.row) ?? 9) - hit.dense))
      worst = Math.max(worst, Math.abs((ranked[rank]?.dense ?? 9) - hit.dense))
    }
  }
  return worst
}

export default {
  async fetch(request, env) {
    const { pathname, searchParams } = new URL(request.url)
    const name = searchParams.get('shard') ?? ''
    const dimensions = Number(searchParams.get('dimensions'))
    const shard = env.SHARDS.getByName(name)
    if (pathname === '/add') return Response.json(await add(shard, await request.json(), dimensions))
    if (pathname === '/search')
      return Response.json(await search(env, name, await request.text(), dimensions))
    if (pathname === '/filtered') {
      const text = await request.text()
      return Response.json(await search(env, name, text, dimensions, filterOf(text)))
    }
    if (pathname === '/steps') return Response.json(await steps(env, name, await request.text(), dimensions))
    if (pathname === '/exact')
      return Response.json(await worstDifference(env, name, await request.json(), dimensions))
    await shard.sleep().catch(() => {})
    return Response.json(null)
  },
} satisfies ExportedHandler<Env>
