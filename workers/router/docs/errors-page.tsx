import { ERROR_CODES } from '../../../shared/errors.ts'
import { Layout } from './layout.tsx'
import { Prose } from './prose.tsx'

/** The closed table of error codes: each is an anchor, so that a code can be linked to. */
export function ErrorsPage({ version }: { version: string }) {
  return (
    <Layout title="Fairlead errors" version={version}>
      <main class="narrow">
        <h1>Errors</h1>
        <Prose text="Every error is `{error: {code, message, requestId, details?}}` with one of these codes; on OpenAI routes it has OpenAI's shape and the same code. Try again only where the table says so, and then wait as long as `Retry-After` says." />
        <table>
          <thead>
            <tr>
              <th>code</th>
              <th>status</th>
              <th>try again</th>
              <th>what to do</th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(ERROR_CODES).map(([code, { status, retryable, help }]) => (
              <tr id={code}>
                <td>
                  <a href={`#${code}`}>
                    <code>{code}</code>
                  </a>
                </td>
                <td>{status}</td>
                <td>{retryable ? 'yes' : 'no'}</td>
                <td>{help}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </main>
    </Layout>
  )
}
