import { createHash } from 'node:crypto'
import { checkShape } from '../delta/write/check-shape.ts'
import { isDelta } from '../delta/write/delta-table.ts'
import { newTableMetadata } from '../metadata/create.ts'
import { metadataBytes } from '../metadata/metadata-bytes.ts'
import type { TableMetadata } from '../metadata/table-metadata.ts'
import { printed } from './namespace-routes.ts'
import { mustBeUnused } from './own-place.ts'
import { readPage } from './page.ts'
import type { TableIdent } from './pointer-store.ts'
import { purgeTable } from './purge-table.ts'
import { readGiven } from './read-given.ts'
import { rename } from './rename.ts'
import { bodies, readBody } from './request-body.ts'
import { noSuchNamespace, noSuchTable, RestError } from './rest-error.ts'
import { json, jsonOfPieces, namespaceOf, noContent, tableOf, type Call, type Route } from './route.ts'
import { ownAccess, type TableAccess } from './table-access.ts'
import { mustBeFree } from './taken-name.ts'
import { mustBeUsable } from './usable-name.ts'
import { begun, commitTables, printedTable, swapOrUnknown, type CommitContext } from './table-commit.ts'

/** Tables of the REST protocol. */
export function tableRoutes(context: CommitContext): readonly Route[] {
  const path = '/v1/{prefix}/namespaces/{namespace}/tables'
  const one = `${path}/{table}`
  return [
    { method: 'GET', path, answer: (call) => list(context, call) },
    { method: 'POST', path, answer: (call) => create(context, call) },
    { method: 'GET', path: one, answer: (call) => load(context, call) },
    { method: 'HEAD', path: one, answer: (call) => exists(context, call) },
    { method: 'POST', path: one, answer: (call) => commit(context, call) },
    { method: 'DELETE', path: one, answer: (call) => drop(context, call) },
    { method: 'POST', path: `${one}/metrics`, answer: (call) => takeReport(context, call) },
    { method: 'POST', path: '/v1/{prefix}/namespaces/{namespace}/register', answer: (call) => register(context, call) },
    { method: 'POST', path: '/v1/{prefix}/tables/rename', answer: (call) => rename(context, 'table', call) },
    { method: 'POST', path: '/v1/{prefix}/transactions/commit', answer: (call) => transaction(context, call) },
  ]
}

function identOf(call: Call): TableIdent {
  return { namespace: namespaceOf(call), name: tableOf(call) }
}

async function list({ pointers }: CommitContext, call: Call) {
  const namespace = namespaceOf(call)
  if ((await pointers.namespaceProperties(namespace)) === undefined) throw noSuchNamespace(printed(namespace))
  const { items, token } = await readPage(call.query, (page) => pointers.listTables(namespace, page))
  return json({ identifiers: items.map((name) => ({ namespace, name })), 'next-page-token': token })
}

async function create(context: CommitContext, call: Call) {
  const request = readBody(bodies.createTable, call.body)
  const table = { namespace: namespaceOf(call), name: request.name }
  if ((await context.pointers.namespaceProperties(table.namespace)) === undefined)
    throw noSuchNamespace(printed(table.namespace))
  await mustBeFree(context.pointers, 'table', table)
  const isStaged = request['stage-create'] === true
  const isBound = call.access !== undefined
  if (isBound && request.location != null) await mustBeUnused(request.location, context.objects)
  // Files come to lie where a staged table will be before it is anybody's: two that are staged must not share a folder.
  const newLocation = isStaged && (isBound || context.signsFor(call)) ? context.loneLocation : context.newLocation
  const metadata = newTableMetadata({
    location: request.location ?? (await newLocation(table)),
    schema: request.schema,
    spec: request['partition-spec'] ?? undefined,
    sortOrder: request['write-order'] ?? undefined,
    properties: request.properties,
    now: context.now(),
  })
  // Staged: nothing is written; the client commits with assert-create.
  if (isStaged) {
    if (isDelta(metadata)) checkShape(metadata)
    // What lies in a folder that a client has chosen may be of others.
    const sealed = request.location == null ? { sealed: context.staged.seal(table, metadata.location) } : {}
    return json({ metadata, ...context.accessOf(call, { table, ...sealed }) })
  }
  const make = async () => {
    const made = await begun(metadata, context)
    return answerCreated(context, table, await context.metadata.write(made, null), made, call)
  }
  // In a folder that the client has chosen there may be files of others.
  return request.location === undefined ? context.making(metadata.location, make) : make()
}

async function answerCreated(
  context: CommitContext,
  table: TableIdent,
  location: string,
  metadata: TableMetadata,
  call: Call,
) {
  const swapped = await swapOrUnknown(
    context.pointers,
    [{ table, from: null, to: location }],
    context.receipt({ status: 200, table: location }),
  )
  if (swapped.swapped) return loaded(location, metadata, context.accessOf(call, { table }))
  if ('missingNamespace' in swapped) throw noSuchNamespace(printed(table.namespace))
  await mustBeFree(context.pointers, 'table', table)
  throw new RestError(409, 'CommitFailedException', `${printedTable(table)} changed meanwhile`)
}

async function load(context: CommitContext, call: Call) {
  const table = identOf(call)
  const location = await context.delta.pointer(table)
  if (location === undefined) throw noSuchTable(printedTable(table))
  const refsOnly = refsOnlyOf(call)
  const access = context.accessOf(call, { table })
  const etag = etagOf(location, refsOnly, access)
  if (namesTag(call.headers['if-none-match'], etag)) return { status: 304, headers: { etag }, body: '' }
  // What is kept in memory must not hide that the table's file has gone.
  if ((await context.objects.size(location)) === undefined)
    throw new RestError(
      404,
      'NotFoundException',
      `Failed to open input stream for file: ${location} of ${printedTable(table)}`,
    )
  const metadata = await context.metadata.read(location)
  return loaded(location, refsOnly ? onlyRefs(metadata) : metadata, access, refsOnly)
}

/** A metadata file never changes, so its name stands for its content; keys may. */
function etagOf(location: string, refsOnly: boolean, access: TableAccess): string {
  const told = `${location} ${refsOnly} ${JSON.stringify(access)}`
  return `W/"${createHash('sha256').update(told).digest('base64url').slice(0, 22)}"`
}

function refsOnlyOf({ query }: Call): boolean {
  const asked = query['snapshots'] ?? 'all'
  if (asked === 'all' || asked === 'refs') return asked === 'refs'
  throw new RestError(400, 'BadRequestException', `snapshots=${asked} is neither all nor refs`)
}

/** The header holds one tag or several; `W/` makes no difference to If-None-Match (RFC 9110, 13.1.2). */
function namesTag(header: string | undefined, etag: string): boolean {
  const opaque = (tag: string) => tag.trim().replace(/^W\//, '')
  return header?.split(',').some((tag) => opaque(tag) === opaque(etag)) ?? false
}

export function loaded(location: string, metadata: TableMetadata, access: TableAccess, refsOnly = false) {
  const rest = json({ 'metadata-location': location, ...access }, 200, { etag: etagOf(location, refsOnly, access) })
  const pieces = [Buffer.from('{"metadata":'), ...metadataBytes(metadata), Buffer.from(`,${rest.body.slice(1)}`)]
  return jsonOfPieces(pieces, rest.headers)
}

function onlyRefs(metadata: TableMetadata): TableMetadata {
  const named = new Set(Object.values(metadata.refs ?? {}).map((ref) => ref['snapshot-id']))
  return { ...metadata, snapshots: (metadata.snapshots ?? []).filter((one) => named.has(one['snapshot-id'])) }
}

async function exists({ pointers }: CommitContext, call: Call) {
  const table = identOf(call)
  if ((await pointers.tablePointer(table)) === undefined) throw noSuchTable(printedTable(table))
  return noContent
}

/** Reports are checked and not kept. */
async function takeReport({ pointers }: CommitContext, call: Call) {
  readBody(bodies.report, call.body)
  const table = identOf(call)
  if ((await pointers.tablePointer(table)) === undefined) throw noSuchTable(printedTable(table))
  return noContent
}

async function commit(context: CommitContext, call: Call) {
  const { requirements, updates } = readBody(bodies.commit, call.body)
  const change = { table: identOf(call), requirements, updates, isBound: call.access !== undefined }
  const [done] = await commitTables([change], context, ([one]) => ({ status: 200, table: one!.location }))
  return loaded(done!.location, done!.metadata, ownAccess)
}

async function transaction(context: CommitContext, call: Call) {
  const changes = readBody(bodies.transaction, call.body)['table-changes']
  await commitTables(
    changes.map(({ identifier, requirements, updates }) => ({
      table: identifier!,
      requirements,
      updates,
      isBound: call.access !== undefined,
    })),
    context,
    () => ({ status: 204 }),
  )
  return noContent
}

async function drop(context: CommitContext, call: Call) {
  const table = identOf(call)
  for (;;) {
    const from = await context.pointers.tablePointer(table)
    if (from === undefined) throw noSuchTable(printedTable(table))
    const swapped = await swapOrUnknown(context.pointers, [{ table, from, to: null }], context.receipt({ status: 204 }))
    if (!swapped.swapped) continue
    if (call.query['purgeRequested']?.toLowerCase() === 'true') await purgeTable(from, context)
    return noContent
  }
}

async function register(context: CommitContext, call: Call) {
  const request = readBody(bodies.registerTable, call.body)
  const table = { namespace: namespaceOf(call), name: request.name }
  mustBeUsable(table.name)
  const location = request['metadata-location']
  const metadata = await readGiven(context.metadata, location)
  const from = (await context.pointers.tablePointer(table)) ?? null
  if (from === null || request.overwrite !== true) return answerCreated(context, table, location, metadata, call)
  const swapped = await swapOrUnknown(
    context.pointers,
    [{ table, from, to: location }],
    context.receipt({ status: 200, table: location }),
  )
  if (!swapped.swapped) throw new RestError(409, 'CommitFailedException', `${printedTable(table)} changed meanwhile`)
  return loaded(location, metadata, context.accessOf(call, { table }))
}
