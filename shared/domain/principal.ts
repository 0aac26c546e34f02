import type { Plan } from './routing/policy.ts'

export const SCOPES = [
  'query',
  'documents:read',
  'documents:write',
  'operate',
  'billing:read',
  'admin',
] as const
export type Scope = (typeof SCOPES)[number]

/** Who is asking. Made by the router from a verified key, never from a header; every other Worker trusts only this. */
export type Principal = {
  readonly tenantId: string
  /** The tenant's. */
  readonly plan: Plan
  readonly keyId: string
  readonly scopes: readonly Scope[]
  /** Collections the key may touch; null means all of the tenant's. */
  readonly collections: readonly string[] | null
  /** Names that document ACLs are matched against. A document without an ACL is visible to the whole tenant. */
  readonly principals: readonly string[]
}

/** `admin` includes every other scope. */
export function hasScope(principal: Principal, scope: Scope): boolean {
  return principal.scopes.includes(scope) || principal.scopes.includes('admin')
}

/** The operators' own tenant, "system", is the only one whose keys act on the platform and on other tenants. */
export function isOperator({ tenantId }: Principal): boolean {
  return tenantId === 'system'
}

export function mayUseCollection(principal: Principal, collection: string): boolean {
  return principal.collections === null || principal.collections.includes(collection)
}

/** Whose access lists a key is held against when it reads documents; null for one that may write, since it decides over the lists. */
export function readableBy(principal: Principal): readonly string[] | null {
  return hasScope(principal, 'documents:write') ? null : principal.principals
}
