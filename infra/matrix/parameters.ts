import type { WrittenModel } from './schema.ts'

/** Parameters of a model: all, and those that one token passes through. */
export function countParameters(model: WrittenModel): { readonly all: number; readonly active: number } {
  const { layers, hidden, vocabulary, isEmbeddingTied, experts } = model
  const outside = vocabulary * hidden * (isEmbeddingTied ? 1 : 2) + hidden
  const everyLayer = layers * (attentionParameters(model) + 2 * hidden)
  const feedForward = 3 * hidden * model.intermediate
  if (experts === null) {
    const all = outside + everyLayer + layers * feedForward
    return { all, active: all }
  }
  const { routed, shared, perToken, intermediate, denseLayers } = experts
  const common = outside + everyLayer + denseLayers * feedForward
  const expertLayers = layers - denseLayers
  const withExperts = (count: number) =>
    common + expertLayers * (hidden * routed + (count + shared) * 3 * hidden * intermediate)
  return { all: withExperts(routed), active: withExperts(perToken) }
}

function attentionParameters({ hidden, attention }: WrittenModel): number {
  if (attention.kind === 'grouped') {
    const { queryHeads, kvHeads, headDimension, hasBias } = attention
    const projected = (queryHeads + 2 * kvHeads) * headDimension
    return hidden * projected + (hasBias ? projected : 0) + queryHeads * headDimension * hidden
  }
  const { queryHeads, latentDimension, ropeDimension, queryLatentDimension, plainDimension } = attention
  const query = queryLatentDimension * (hidden + 1 + queryHeads * (plainDimension + ropeDimension))
  const down = hidden * (latentDimension + ropeDimension) + latentDimension
  const up = latentDimension * queryHeads * (plainDimension + attention.valueDimension)
  return query + down + up + queryHeads * attention.valueDimension * hidden
}
