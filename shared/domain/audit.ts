/** Every change that is written down: what was changed, then how. */
export const AUDIT_ACTIONS = [
  'endpoint.put',
  'endpoint.patch',
  'endpoint.delete',
  'endpoint.drain',
  'endpoint.undrain',
  'policy.put',
  'policy.delete',
  'template.put',
  'template.delete',
  'limits.put',
  'budget.put',
  'key.create',
  'key.revoke',
  'tenant.create',
] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

/** The changed thing as the API shows it, so that no secret is in it; null where there was or is none. */
export type AuditedState = Readonly<Record<string, unknown>>

/** Who acts, and in which request. */
export type Actor = { readonly tenantId: string; readonly keyId: string; readonly requestId: string }

/** One line of the audit. `tenantId` is whose thing was changed, `target` its id or name. */
export type AuditLine = {
  readonly atMs: number
  readonly actor: Actor
  readonly tenantId: string
  readonly action: AuditAction
  readonly target: string
  readonly before: AuditedState | null
  readonly after: AuditedState | null
}
