import type { Comparison, Filter, Scalar } from '../../../shared/domain/filter.ts'

/**
 * A condition on `documents.row` over the table `attributes (document, field, kind, value)`, which has one row per value of a field.
 * User values stay out of the SQL: they go through `bind`, which keeps them and answers the expression that stands for them.
 * A comparison holds when any value of the field satisfies it; values of another type never do; `ne` is the negation of `eq`.
 */
export function filterSql(filter: Filter, bind: (value: unknown) => string): string {
  const holds = (field: string, test = '') =>
    `documents.row IN (SELECT document FROM attributes WHERE field = ${bind(field)}${test})`
  const oneOf = (field: string, values: readonly Scalar[]) => {
    const kinds = [...new Set(values.map(kindOf))].map((kind) => {
      const same = values.filter((value) => kindOf(value) === kind).map(storable)
      return `(kind = '${kind}' AND value IN (SELECT value FROM json_each(${bind(same)})))`
    })
    return holds(field, ` AND (${kinds.join(' OR ')})`)
  }
  const ordered = (field: string, operator: '>' | '>=' | '<' | '<=', limit: number | string) =>
    holds(field, ` AND kind = '${kindOf(limit)}' AND value ${operator} ${bind(limit)}`)
  const compare = (field: string, is: Comparison): string => {
    if ('exists' in is) return is.exists ? holds(field) : `NOT ${holds(field)}`
    if ('eq' in is) return oneOf(field, [is.eq])
    if ('ne' in is) return `NOT ${oneOf(field, [is.ne])}`
    if ('in' in is) return oneOf(field, is.in)
    if ('gt' in is) return ordered(field, '>', is.gt)
    if ('gte' in is) return ordered(field, '>=', is.gte)
    if ('lt' in is) return ordered(field, '<', is.lt)
    return ordered(field, '<=', is.lte)
  }
  const compile = (node: Filter): string => {
    if ('and' in node) return balanced(node.and.map(compile), 'AND')
    if ('or' in node) return balanced(node.or.map(compile), 'OR')
    if ('not' in node) return `NOT (${compile(node.not)})`
    return compare(node.field, node.is)
  }
  return compile(filter)
}

/** SQLite limits the depth of an expression to 100; a chain of operators is as deep as it is long, a balanced one is not. */
function balanced(parts: readonly string[], operator: 'AND' | 'OR'): string {
  if (parts.length <= 1) return parts[0] ?? (operator === 'AND' ? '1' : '0')
  const middle = parts.length >> 1
  return `(${balanced(parts.slice(0, middle), operator)} ${operator} ${balanced(parts.slice(middle), operator)})`
}

/** Number, string or boolean: 1, "1" and true are three values. */
export function kindOf(value: Scalar): 'n' | 's' | 'b' {
  if (typeof value === 'number') return 'n'
  return typeof value === 'string' ? 's' : 'b'
}

export const storable = (value: Scalar) => (typeof value === 'boolean' ? Number(value) : value)
