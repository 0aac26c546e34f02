/** Reads JSON that this project wrote itself into its own storage. What comes from outside is validated with zod instead. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller names what it wrote
export function ownJson<T>(text: string): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the writer's type is the proof
  return JSON.parse(text) as T
}
