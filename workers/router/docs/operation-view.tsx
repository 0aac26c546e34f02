import { curlExamples } from './curl.ts'
import type { Operation, Parameter, Reply } from './operations.ts'
import { Prose } from './prose.tsx'
import { Field, SchemaView } from './schema-view.tsx'
import type { Resolve } from './schema-words.ts'

export const Method = ({ method }: { method: string }) => (
  <span class={`method ${method.toLowerCase()}`}>{method}</span>
)

type Props = { readonly operation: Operation; readonly origin: string; readonly resolve: Resolve }

export function OperationView({ operation, origin, resolve }: Props) {
  const { id, method, path, scope, summary, description, parameters, bodies, replies } = operation
  return (
    <article id={id}>
      <h3>
        <a href={`#${id}`}>{summary}</a>
      </h3>
      <div class="told">
        <p class="path">
          <Method method={method} /> <code>{path}</code>
        </p>
        <p class="scope">
          {scope === null ? (
            'No key is needed.'
          ) : (
            <>
              Scope <code>{scope}</code>
            </>
          )}
        </p>
        {description && <Prose text={description} />}
        <Parameters
          title="In the path"
          parameters={parameters.filter((each) => each.in === 'path')}
          resolve={resolve}
        />
        <Parameters
          title="In the query"
          parameters={parameters.filter((each) => each.in === 'query')}
          resolve={resolve}
        />
        <Parameters
          title="In the head"
          parameters={parameters.filter((each) => each.in === 'header')}
          resolve={resolve}
        />
        {bodies.map(({ mediaType, schema }) => (
          <section>
            <h4>
              Body <code>{mediaType}</code>
            </h4>
            <SchemaView schema={schema} resolve={resolve} />
          </section>
        ))}
      </div>
      <div class="shown">
        {curlExamples(operation, origin, resolve).map((command) => (
          <Example command={command} />
        ))}
        <h4>Answers</h4>
        {replies.map((reply) => (
          <ReplyView reply={reply} resolve={resolve} />
        ))}
      </div>
    </article>
  )
}

export const Example = ({ command }: { command: string }) => (
  <div class="example">
    <button type="button" data-copy hidden>
      Copy
    </button>
    <pre tabindex={0}>{command}</pre>
  </div>
)

function Parameters({
  title,
  parameters,
  resolve,
}: {
  title: string
  parameters: readonly Parameter[]
  resolve: Resolve
}) {
  if (parameters.length === 0) return null
  return (
    <section>
      <h4>{title}</h4>
      <ul class="fields">
        {parameters.map(({ name, required, schema }) => (
          <Field name={name} isRequired={required} schema={schema} resolve={resolve} />
        ))}
      </ul>
    </section>
  )
}

function ReplyView({ reply: { status, description, bodies }, resolve }: { reply: Reply; resolve: Resolve }) {
  return (
    <details class="reply">
      <summary>
        <span class={`status ${status.startsWith('2') ? 'good' : 'bad'}`}>
          {status === 'default' ? 'error' : status}
        </span>{' '}
        {description}
      </summary>
      {status === 'default' && (
        <p>
          The codes and what to do: <a href="/docs/errors">errors</a>
        </p>
      )}
      {bodies.map(({ mediaType, schema }) => (
        <section>
          <p>
            <code>{mediaType}</code>
          </p>
          <SchemaView schema={schema} resolve={resolve} />
        </section>
      ))}
    </details>
  )
}
