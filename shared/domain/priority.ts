/** Who goes first where requests wait, most urgent first. Source: the requirements document's workload priority classes. */
export const PRIORITIES = ['production-critical', 'production-standard', 'batch', 'development'] as const
export type Priority = (typeof PRIORITIES)[number]
