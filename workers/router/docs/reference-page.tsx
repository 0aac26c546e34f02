import type { ApiDocument } from './document.ts'
import { Layout } from './layout.tsx'
import { Example, Method, OperationView } from './operation-view.tsx'
import { type Section, sectionsOf } from './operations.ts'
import { Prose } from './prose.tsx'
import { type Resolve, resolver } from './schema-words.ts'

const anchor = ({ name }: Section) => `section-${name.toLowerCase()}`

/** The whole reference on one page. `origin` is where the reader found it, so that the examples work as they stand. */
export function ReferencePage({ document, origin }: { document: ApiDocument; origin: string }) {
  const sections = sectionsOf(document)
  const resolve = resolver(document)
  return (
    <Layout title="Fairlead API" version={document.info.version}>
      <div class="columns">
        <Contents sections={sections} />
        <main>
          <Opening text={document.info.description ?? ''} />
          {sections.map((section) => (
            <SectionView section={section} origin={origin} resolve={resolve} />
          ))}
        </main>
      </div>
    </Layout>
  )
}

const Contents = ({ sections }: { sections: readonly Section[] }) => (
  <nav aria-label="Operations">
    <ul>
      {sections.map((section) => (
        <li>
          <a href={`#${anchor(section)}`}>{section.name}</a>
          <ul>
            {section.operations.map(({ id, summary }) => (
              <li>
                <a href={`#${id}`}>{summary}</a>
              </li>
            ))}
          </ul>
        </li>
      ))}
    </ul>
  </nav>
)

const Opening = ({ text }: { text: string }) => (
  <section class="opening">
    <h1>API reference</h1>
    <Prose text={text} />
    <p>
      Send a key with every request: <code>Authorization: Bearer flk_…</code>. The examples take it from the
      environment; on the machine that runs <code>npm start</code> both keys are in{' '}
      <code>.fairlead/local.json</code>.
    </p>
    <Example
      command={[
        'export FAIRLEAD_API_KEY=$(node -p "require(\'./.fairlead/local.json\').apiKey")',
        'export FAIRLEAD_ADMIN_KEY=$(node -p "require(\'./.fairlead/local.json\').adminKey")',
      ].join('\n')}
    />
  </section>
)

function SectionView({ section, origin, resolve }: { section: Section; origin: string; resolve: Resolve }) {
  return (
    <section id={anchor(section)}>
      <h2>{section.name}</h2>
      <Prose text={section.description} />
      <ul class="index">
        {section.operations.map(({ id, method, path }) => (
          <li>
            <a href={`#${id}`}>
              <Method method={method} /> <code>{path}</code>
            </a>
          </li>
        ))}
      </ul>
      {section.operations.map((operation) => (
        <OperationView operation={operation} origin={origin} resolve={resolve} />
      ))}
    </section>
  )
}
