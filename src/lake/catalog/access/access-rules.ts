import { stateProperty } from '../../../record/delivery-state.ts'
import type { TableRequirement } from '../../metadata/requirement.ts'
import type { TableUpdate } from '../../metadata/update.ts'
import { nameMappingProperty } from '../../scan/name-mapping.ts'
import type { ViewUpdate } from '../../view/view-update.ts'
import { viewBodies } from '../view-body.ts'
import type { TableIdent } from '../pointer-store.ts'
import { bodies, readBody } from '../request-body.ts'
import { type Call, namespaceOf, tableOf, viewOf } from '../route.ts'
import type { CatalogAccess, CatalogTarget } from './catalog-access.ts'
import { foreignFileOf, isInside, type NamedTable, type OwnFilesReader } from './own-files.ts'
import { forAdministrators, forbidden, must, mustSee } from './refusals.ts'
import { mustMaySign } from './sign-rights.ts'

/** What a rule asks beside the policies. */
export interface Places {
  /** A table as it is; undefined when there is none. */
  readonly tableNamed: (table: TableIdent) => Promise<NamedTable | undefined>
  /** Whether a new table of this name would lie there. */
  readonly isPlaceOf: (table: TableIdent, location: string) => boolean
  /** Reads which files snapshots name. */
  readonly files: OwnFilesReader
  /** Whether the catalog signs requests to the store itself. Another one would sign with the rights of the project. */
  readonly signs: boolean
}

/** One for each route that is served: what a request of it must be allowed. */
export interface AccessRule {
  readonly method: string
  readonly path: string
  readonly check: (call: Call, access: CatalogAccess, places: Places) => Promise<void> | void
  /** The answer lists tables or views, of which those are left out that must not be known. */
  readonly lists?: true
}

const open = (): void => undefined

const namespaces = '/v1/{prefix}/namespaces'
const namespace = `${namespaces}/{namespace}`
const tables = `${namespace}/tables`
const views = `${namespace}/views`

export const accessRules: readonly AccessRule[] = [
  { method: 'GET', path: '/v1/config', check: open },
  { method: 'GET', path: namespaces, check: open },
  {
    method: 'POST',
    path: namespaces,
    check({ body }, access) {
      const { namespace: levels, properties } = readBody(bodies.createNamespace, body)
      must(access, 'table:create', { namespace: levels, name: null })
      mustNameNoPlace(Object.keys(properties))
    },
  },
  { method: 'GET', path: namespace, check: open },
  { method: 'HEAD', path: namespace, check: open },
  { method: 'DELETE', path: namespace, check: (call, access) => must(access, 'table:drop', namespaceIn(call)) },
  {
    method: 'POST',
    path: `${namespace}/properties`,
    check(call, access) {
      must(access, 'table:write', namespaceIn(call))
      mustNameNoPlace(Object.keys(readBody(bodies.changeNamespace, call.body).updates))
    },
  },
  { method: 'GET', path: tables, check: open, lists: true },
  { method: 'POST', path: tables, check: createTable },
  { method: 'GET', path: `${tables}/{table}`, check: (call, access) => must(access, 'table:read', tableIn(call)) },
  { method: 'HEAD', path: `${tables}/{table}`, check: (call, access) => mustSee(access, tableIn(call)) },
  {
    method: 'POST',
    path: `${tables}/{table}`,
    check: (call, access, places) =>
      mustCommit(access, places, { table: tableIn(call), ...readBody(bodies.commit, call.body) }),
  },
  { method: 'DELETE', path: `${tables}/{table}`, check: (call, access) => must(access, 'table:drop', tableIn(call)) },
  {
    method: 'POST',
    path: `${tables}/{table}/metrics`,
    check: (call, access) => must(access, 'table:read', tableIn(call)),
  },
  { method: 'POST', path: `${tables}/{table}/sign`, check: sign },
  { method: 'POST', path: `${namespace}/register`, check: register },
  { method: 'POST', path: '/v1/{prefix}/tables/rename', check: rename },
  { method: 'POST', path: '/v1/{prefix}/transactions/commit', check: commitAll },
  { method: 'GET', path: views, check: open, lists: true },
  {
    method: 'POST',
    path: views,
    check(call, access) {
      const { name, location, properties } = readBody(viewBodies.create, call.body)
      mustNameNoPlace(Object.keys(properties))
      if (location != null) throw forAdministrators(`the place of the view ${name}`)
      must(access, 'table:create', { namespace: namespaceOf(call), name })
    },
  },
  { method: 'GET', path: `${views}/{view}`, check: (call, access) => must(access, 'table:read', viewIn(call)) },
  { method: 'HEAD', path: `${views}/{view}`, check: (call, access) => mustSee(access, viewIn(call)) },
  {
    method: 'POST',
    path: `${views}/{view}`,
    check(call, access) {
      must(access, 'table:write', viewIn(call))
      for (const update of readBody(viewBodies.commit, call.body).updates) {
        mustNameNoPlace(changedProperties(update))
        if (update.action === 'set-location') throw forAdministrators(`the place of the view ${viewOf(call)}`)
      }
    },
  },
  { method: 'DELETE', path: `${views}/{view}`, check: (call, access) => must(access, 'table:drop', viewIn(call)) },
  { method: 'POST', path: '/v1/{prefix}/views/rename', check: rename },
  { method: 'POST', path: `${namespace}/register-view`, check: register },
]

function namespaceIn(call: Call): CatalogTarget {
  return { namespace: namespaceOf(call), name: null }
}

function tableIn(call: Call): TableIdent {
  return { namespace: namespaceOf(call), name: tableOf(call) }
}

function viewIn(call: Call): TableIdent {
  return { namespace: namespaceOf(call), name: viewOf(call) }
}

function createTable(call: Call, access: CatalogAccess, { isPlaceOf }: Places): void {
  const { name, location, properties } = readBody(bodies.createTable, call.body)
  const table = { namespace: namespaceOf(call), name }
  must(access, 'table:create', table)
  mustNameNoPlace(Object.keys(properties))
  if (stateProperty in properties) throw forAdministrators(stateOf(table))
  if (location != null && !isPlaceOf(table, location)) throw forAdministrators(`the place of the table ${name}`)
}

async function sign(call: Call, access: CatalogAccess, { tableNamed, signs }: Places): Promise<void> {
  const table = tableIn(call)
  if (!signs) throw forbidden(`requests to the files of ${table.name} are signed by Weir's own catalog alone`)
  const { method } = readBody(bodies.sign, call.body)
  const mayMake = 'staged' in call.query && access.refusal('table:create', table) === undefined
  mustMaySign(access, table, method, mayMake && (await tableNamed(table)) === undefined)
}

function register(call: Call): void {
  const { name } = readBody(bodies.registerTable, call.body)
  throw forAdministrators(`which metadata file ${name} is`)
}

/** It takes a table out of what names it, so it takes all rights on it, the files with them. */
function rename({ body }: Call, access: CatalogAccess): void {
  const { source, destination } = readBody(bodies.rename, body)
  for (const action of ['table:drop', 'table:write', 'table:read'] as const) must(access, action, source)
  must(access, 'table:create', destination)
}

interface Change {
  readonly table: TableIdent
  readonly requirements: readonly TableRequirement[]
  readonly updates: readonly TableUpdate[]
}

async function commitAll({ body }: Call, access: CatalogAccess, places: Places): Promise<void> {
  const changes = readBody(bodies.transaction, body)['table-changes'].map(({ identifier, ...change }) => ({
    ...change,
    table: identifier!,
  }))
  // Rights first: what lies where is not asked of a table that is closed.
  for (const change of changes) mustChange(access, change)
  for (const change of changes) await mustStayInPlace(change, places)
}

async function mustCommit(access: CatalogAccess, places: Places, change: Change): Promise<void> {
  mustChange(access, change)
  await mustStayInPlace(change, places)
}

const creates = ({ requirements }: Change): boolean => requirements.some(({ type }) => type === 'assert-create')

function mustChange(access: CatalogAccess, change: Change): void {
  const isNew = creates(change)
  must(access, isNew ? 'table:create' : 'table:write', change.table)
  // A column that gets another name comes out of its mask: whoever changes the schema may read all of it.
  if (!isNew && change.updates.some(changesColumns)) must(access, 'table:read', change.table)
}

/** By a schema, or by what says which columns of files without field ids are whose. */
function changesColumns(update: TableUpdate): boolean {
  return changedProperties(update).includes(nameMappingProperty) || /schema$/.test(update.action)
}

/** A table stays where it is, and names files of its own: those of another one would be read, or purged, as its own. */
async function mustStayInPlace(change: Change, { tableNamed, isPlaceOf, files }: Places): Promise<void> {
  const { table, updates } = change
  for (const update of updates) mustNameNoPlace(changedProperties(update))
  if (updates.some(namesState)) throw forAdministrators(stateOf(table))
  let place: string | undefined
  for (const update of updates) {
    if (update.action !== 'set-location') continue
    if (!creates(change) || !isPlaceOf(table, update.location))
      throw forAdministrators(`the place of the table ${table.name}`)
    place = update.location
  }
  const named = updates.flatMap(namedFiles)
  if (named.length === 0) return
  if (creates(change) && place === undefined)
    throw forbidden(`a commit that makes ${table.name} and names files says where it lies: add set-location`)
  const before = await tableNamed(table)
  const places = place === undefined ? before?.places : [place]
  if (places === undefined) return
  const snapshots = updates.flatMap((update) => (update.action === 'add-snapshot' ? [update.snapshot] : []))
  const outside =
    named.find((file) => !isInside(file, places)) ?? (await foreignFileOf(snapshots, places, before, files))
  if (outside !== undefined)
    throw forbidden(
      `while policies hold, ${table.name} names files of its own: ${JSON.stringify(outside)} does not lie under ${places.join(' or ')}`,
    )
}

/** Deliveries read on from it, and files that it leads to go with the snapshot. */
function namesState(update: TableUpdate): boolean {
  if (update.action === 'add-snapshot') return stateProperty in (update.snapshot.summary ?? {})
  return changedProperties(update).includes(stateProperty)
}

function stateOf({ name }: TableIdent): string {
  return `the state of the deliveries into the table ${name}`
}

function changedProperties(update: TableUpdate | ViewUpdate): readonly string[] {
  if (update.action === 'set-properties') return Object.keys(update.updates)
  return update.action === 'remove-properties' ? update.removals : []
}

/**
 * A Delta table is what lies where `write.data.path` says, or does not say any more: the log of another one would be its own. The `location`
 * of a namespace is where some engines put its tables.
 */
function mustNameNoPlace(properties: readonly string[]): void {
  const named = properties.find((name) => /(^|[.-])(path|location)$/i.test(name))
  if (named !== undefined) throw forAdministrators(`the property ${named}`)
}

function namedFiles(update: TableUpdate): readonly string[] {
  const {
    snapshot,
    statistics,
    'partition-statistics': partitions,
  } = update as unknown as {
    readonly snapshot?: { readonly 'manifest-list'?: string; readonly manifests?: readonly string[] }
    readonly statistics?: { readonly 'statistics-path'?: string }
    readonly 'partition-statistics'?: { readonly 'statistics-path'?: string }
  }
  return [
    snapshot?.['manifest-list'],
    ...(snapshot?.manifests ?? []),
    statistics?.['statistics-path'],
    partitions?.['statistics-path'],
  ].filter((file) => file !== undefined)
}
