/** Who goes first where requests wait, most urgent first. Source: the requirements document's workload priority classes. */
export const PRIORITIES = ['production-critical', 'production-standard', 'batch', 'development'] as const
export type Priority = (typeof PRIORITIES)[number]

/** True when `asked` is as urgent as `most` or less. */
export function isWithin(asked: Priority, most: Priority): boolean {
  return PRIORITIES.indexOf(asked) >= PRIORITIES.indexOf(most)
}
