import type { DesiredResource } from './resource.ts'

interface SqlName {
  readonly namespace: string
  readonly name: string
}

/** Another resource whose table or view SQL could not tell from that of `own`, which is `named` so: SQL does not go by case. */
export function sqlTwin(
  desired: readonly DesiredResource[],
  own: Pick<DesiredResource, 'kind' | 'name'>,
  named: SqlName,
): DesiredResource | undefined {
  return desired.find((other) => {
    if (other.kind === own.kind && other.name === own.name) return false
    const name = nameInSql(other)
    return (
      name !== undefined && lower(name.namespace) === lower(named.namespace) && lower(name.name) === lower(named.name)
    )
  })
}

function nameInSql({ kind, name, spec }: DesiredResource): SqlName | undefined {
  const { namespace, table } = spec as { readonly namespace: string; readonly table: string }
  if (kind === 'crawler') return { namespace, name: table }
  return kind === 'table' || kind === 'view' ? { namespace, name } : undefined
}

const lower = (text: string): string => text.toLowerCase()
