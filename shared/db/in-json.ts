import { type Column, type SQL, sql } from 'drizzle-orm'

/** `column IN (values)` with one parameter for all of them: D1 binds at most 100 a statement. */
export function inJson(column: Column, values: readonly string[]): SQL {
  return sql`${column} IN (SELECT value FROM json_each(${JSON.stringify(values)}))`
}
