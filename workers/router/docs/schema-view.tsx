import type { Schema } from './document.ts'
import { Prose } from './prose.tsx'
import { constraintWords, type Named, type Resolve, typeWords } from './schema-words.ts'

/** The objects with fields that a value may be or may hold: through arrays, maps and alternatives, not through fields. */
function shapesOf(schema: Schema, resolve: Resolve): Named[] {
  const named = resolve(schema)
  const { properties, items, anyOf = [], additionalProperties } = named.schema
  if (properties) return [named]
  const inner = [...anyOf, ...(items ? [items] : [])]
  if (typeof additionalProperties === 'object') inner.push(additionalProperties)
  return inner.flatMap((each) => shapesOf(each, resolve))
}

type Props = { readonly schema: Schema; readonly resolve: Resolve }

/** A body: its type, then the fields of each object it may be. */
export function SchemaView({ schema, resolve }: Props) {
  const shapes = shapesOf(schema, resolve)
  if (shapes.length === 0) return <p class="type">{typeWords(schema, resolve)}</p>
  return (
    <>
      {shapes.map((shape, index) => (
        <div class="shape">
          {shapes.length > 1 && <p class="type">{index === 0 ? 'either' : 'or'}</p>}
          <Fields schema={shape.schema} resolve={resolve} />
        </div>
      ))}
    </>
  )
}

function Fields({ schema, resolve }: { schema: Named['schema']; resolve: Resolve }) {
  const required = new Set(schema.required)
  return (
    <ul class="fields">
      {Object.entries(schema.properties ?? {}).map(([name, field]) => (
        <Field name={name} isRequired={required.has(name)} schema={field} resolve={resolve} />
      ))}
    </ul>
  )
}

/** One named value: a field of a body, or a parameter. Objects inside it open on demand. */
export function Field({ name, isRequired, schema, resolve }: Props & { name: string; isRequired: boolean }) {
  const { schema: plain } = resolve(schema)
  const constraints = constraintWords(plain)
  const hasFields = shapesOf(schema, resolve).length > 0
  return (
    <li>
      <code class="name">{name}</code> <span class="type">{typeWords(schema, resolve)}</span>
      {isRequired ? <span class="required">required</span> : <span class="optional">optional</span>}
      {constraints.length > 0 && <p class="constraints">{constraints.join(' · ')}</p>}
      {plain.description && <Prose text={plain.description} />}
      {hasFields && (
        <details>
          <summary>fields</summary>
          <SchemaView schema={schema} resolve={resolve} />
        </details>
      )}
    </li>
  )
}
