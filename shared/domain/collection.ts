import type { Tier } from './tiers.ts'

/** What of a collection decides where its index lives and how text gets into it. `id` is fresh for each creation. */
export type CollectionIndex = {
  readonly tenantId: string
  readonly id: string
  readonly profile: Tier
  /** Id of the embedder whose vectors it holds. */
  readonly embedder: string
  readonly slots: number
}

/** The namespace of a collection's index. Named by id, so a collection made anew under an old name begins empty. */
export function indexNamespace({ tenantId, id, profile, embedder, slots }: CollectionIndex) {
  return { tenantId, collection: id, profile: `${profile}:${embedder}`, slots }
}
