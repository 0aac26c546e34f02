export type Scalar = string | number | boolean

export type Comparison =
  | { eq: Scalar }
  | { ne: Scalar }
  | { in: readonly Scalar[] }
  | { gt: number | string }
  | { gte: number | string }
  | { lt: number | string }
  | { lte: number | string }
  | { exists: boolean }

/** A condition over document metadata. The tenant and ACL predicates are not expressible here: the store adds them. */
export type Filter =
  | { and: readonly Filter[] }
  | { or: readonly Filter[] }
  | { not: Filter }
  | { field: string; is: Comparison }

export type Metadata = Readonly<Record<string, Scalar | readonly Scalar[]>>
