import { type TableAction, tableActions, type Policy } from '../../../access/policy.ts'
import { parseTablePattern } from '../../../access/table-pattern.ts'
import { WeirError } from '../../../kernel/errors/weir-error.ts'
import { nearestName } from '../../../kernel/nearest.ts'
import { isOfKey } from '../../../sql/bind/relation-rights.ts'
import type { Relations, TableRelation } from '../../../sql/engine-host.ts'
import type { KindDefinition, SpecChange } from '../kind-definition.ts'
import type { DesiredResource } from '../resource.ts'
import { policySchema, type PolicySpec } from './schema.ts'

export const policyKind: KindDefinition<PolicySpec> & { readonly kind: 'policy' } = {
  kind: 'policy',
  plural: 'policies',
  summary: 'Who may do what with which tables and views, the same in SQL, the Iceberg catalog and the HTTP API.',
  example: "policy('analysts-read', { principals: [group('analysts')], allow: ['table:read'], on: [ordersTable] })",
  schema: policySchema,
  policy: policyOf,
  async check(resource, { relations }) {
    checkNames(resource, await relations())
  },
  describe: ({ principals, allow, deny, on }) =>
    [
      ...(allow.length > 0 ? [`${principals.join(', ')} may ${allow.join(', ')}`] : []),
      ...(deny.length > 0 ? [`${principals.join(', ')} may not ${deny.join(', ')}`] : []),
    ].join('; ') + ` on ${on.join(', ')}`,
  changes,
  destroyedByRemoval: () => null,
  // Whoever decides reads the policies as they are declared: there is nothing to make, and nothing to undo.
  reconcile: () => Promise.resolve(),
  remove: () => Promise.resolve(),
  status: ({ spec }) => Promise.resolve({ ...spec }),
  // A name that is misspelt is denied nothing: the policy holds, and says whom it does not mean.
  async trouble({ spec }, { principals }) {
    const unknown = spec.principals.filter((name) => !principals.isKnown(name))
    if (unknown.length === 0) return null
    return `nobody is ${unknown.join(', ')}: the policy holds for the others. Declare them in users, or correct the policy`
  },
}

function policyOf({ name, spec }: DesiredResource<PolicySpec>): Policy {
  const { principals, on, allow, deny, columns } = spec
  return {
    name,
    principals,
    allow: actionsOf(allow),
    deny: actionsOf(deny),
    on: on.map((text) => parseTablePattern(text)!),
    mask: (columns?.mask ?? []).map((column) => column.toLowerCase()),
  }
}

function actionsOf(words: PolicySpec['allow']): readonly TableAction[] {
  return tableActions.filter((action) => words.includes(action) || words.includes('table:*'))
}

/** A name that is misspelt would leave the table open: what is named wholly must be there, unless it may be made. */
function checkNames({ name, spec, at }: DesiredResource<PolicySpec>, { tables, views }: Relations): void {
  const fault = (message: string) =>
    new WeirError('WEIR-1005', `policy "${name}": ${message}`, at === undefined ? {} : { at })
  const known = [...tables, ...views].map((relation) => `${relation.schema}.${relation.name}`)
  const mayBeMade = actionsOf(spec.allow).includes('table:create')
  for (const text of spec.on) {
    if (text.endsWith('*')) continue
    const isNamed = (one: { readonly schema: string; readonly name: string }) =>
      `${one.schema}.${one.name}`.toLowerCase() === text.toLowerCase()
    const table = tables.find(isNamed)
    if (!table && !views.some(isNamed) && !mayBeMade) {
      const near = nearestName(text, known)
      const advice = near === undefined ? `Write ${text}* for one that is yet to come` : `Did you mean ${near}?`
      throw fault(`there is no table or view ${text}. ${advice}`)
    }
    if (table && !table.unreadable) checkMask(spec, table, fault)
  }
}

/** Columns that are masked must be there, and not tell rows apart for those who may add some: inserting says which keys there are. */
function checkMask({ columns, allow }: PolicySpec, table: TableRelation, fault: (message: string) => Error): void {
  const text = `${table.schema}.${table.name}`
  const names = table.columns.map((one) => one.name)
  for (const column of columns?.mask ?? []) {
    if (!names.some((name) => name.toLowerCase() === column.toLowerCase())) {
      const near = nearestName(column, names)
      throw fault(
        `${text} has no column "${column}" to mask. ${near === undefined ? 'Leave it out' : `Did you mean ${near}?`}`,
      )
    }
    if (actionsOf(allow).includes('table:write') && isOfKey(column, table))
      throw fault(
        `"${column}" is of the key of ${text}, and whoever is allowed table:write without seeing it could add no rows: an INSERT says which keys there are. Mask it in a policy that allows table:read alone, or do not mask it`,
      )
  }
}

function changes(before: PolicySpec, after: PolicySpec): readonly SpecChange[] {
  return (['principals', 'allow', 'deny', 'on', 'columns'] as const).flatMap((field) => {
    const words = (spec: PolicySpec): readonly string[] =>
      field === 'columns' ? (spec.columns?.mask.map((column) => `mask ${column}`) ?? []) : spec[field]
    const [was, is] = [words(before), words(after)]
    return [
      ...was
        .filter((word) => !is.includes(word))
        .map((word) => ({ text: `${field}: without ${word}`, destroys: null })),
      ...is.filter((word) => !was.includes(word)).map((word) => ({ text: `${field}: ${word}`, destroys: null })),
    ]
  })
}
