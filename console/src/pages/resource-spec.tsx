import { useKinds } from '../api/queries.ts'
import type { Resource } from '../api/resource.ts'
import { Command } from '../parts/command.tsx'
import { ErrorNotice, Loading } from '../parts/notice.tsx'
import { declarationOf } from './declaration.ts'

/** What is declared: as TypeScript, and each field with the help of its declaration. */
export function ResourceSpec({ resource }: { readonly resource: Resource }) {
  const kinds = useKinds()
  if (kinds.isLoadingError) return <ErrorNotice error={kinds.error} retry={() => void kinds.refetch()} />
  if (!kinds.data) return <Loading height={300} />
  const description = kinds.data.find(({ kind }) => kind === resource.kind)
  const fields = Object.entries(description?.schema.properties ?? {})
  return (
    <>
      <section className="card">
        <h2>As declared in weir.config.ts</h2>
        <pre className="code">{declarationOf(resource, description?.schema)}</pre>
        <div className="row">
          <Command>weir plan</Command> <span className="quiet">shows what a change of it does,</span>{' '}
          <Command>weir apply</Command> <span className="quiet">does it.</span>
        </div>
      </section>
      <section className="card scroll" tabIndex={0} aria-label="Fields">
        <table>
          <thead>
            <tr>
              <th>Field</th>
              <th>Value</th>
              <th>What it means</th>
            </tr>
          </thead>
          <tbody>
            {fields.map(([field, { description: help, default: fallback }]) => (
              <tr key={field}>
                <td className="mono nowrap">{field}</td>
                <td className="mono">
                  <Value value={resource.spec[field]} />
                  {fallback !== undefined && JSON.stringify(fallback) === JSON.stringify(resource.spec[field]) ? (
                    <span className="quiet"> (default)</span>
                  ) : null}
                </td>
                <td>{help}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}

function Value({ value }: { readonly value: unknown }) {
  if (value === undefined) return <span className="nil">not set</span>
  return typeof value === 'string' ? value : <span className="wrap">{JSON.stringify(value)}</span>
}
