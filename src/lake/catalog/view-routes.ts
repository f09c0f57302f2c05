import { newViewMetadata } from '../view/new-view.ts'
import { rename } from './rename.ts'
import { printed } from './namespace-routes.ts'
import { readPage } from './page.ts'
import type { TableIdent } from './pointer-store.ts'
import { readGiven } from './read-given.ts'
import { readBody } from './request-body.ts'
import { noSuchNamespace, noSuchView, RestError } from './rest-error.ts'
import { json, namespaceOf, noContent, viewOf, type Call, type Route } from './route.ts'
import { mustBeFree } from './taken-name.ts'
import { swapOrUnknown, type CommitContext } from './table-commit.ts'
import { viewBodies } from './view-body.ts'
import { asArgument, commitView, printedView, type CommittedView } from './view-commit.ts'

/** Views of the REST protocol. The catalog keeps their texts for the engines that wrote them. */
export function viewRoutes(context: CommitContext): readonly Route[] {
  const path = '/v1/{prefix}/namespaces/{namespace}/views'
  const one = `${path}/{view}`
  return [
    { method: 'GET', path, answer: (call) => list(context, call) },
    { method: 'POST', path, answer: (call) => create(context, call) },
    { method: 'GET', path: one, answer: (call) => load(context, call) },
    { method: 'HEAD', path: one, answer: (call) => exists(context, call) },
    { method: 'POST', path: one, answer: (call) => replace(context, call) },
    { method: 'DELETE', path: one, answer: (call) => drop(context, call) },
    { method: 'POST', path: '/v1/{prefix}/views/rename', answer: (call) => rename(context, 'view', call) },
    {
      method: 'POST',
      path: '/v1/{prefix}/namespaces/{namespace}/register-view',
      answer: (call) => register(context, call),
    },
  ]
}

function identOf(call: Call): TableIdent {
  return { namespace: namespaceOf(call), name: viewOf(call) }
}

async function list({ pointers }: CommitContext, call: Call) {
  const namespace = namespaceOf(call)
  if ((await pointers.namespaceProperties(namespace)) === undefined) throw noSuchNamespace(printed(namespace))
  const { items, token } = await readPage(call.query, (page) => pointers.listViews(namespace, page))
  return json({ identifiers: items.map((name) => ({ namespace, name })), 'next-page-token': token })
}

async function create(context: CommitContext, call: Call) {
  const request = readBody(viewBodies.create, call.body)
  const view = { namespace: namespaceOf(call), name: request.name }
  await mustBeNew(context, view)
  const { schema, properties, 'view-version': version } = request
  const location = request.location ?? (await context.newLocation(view))
  const metadata = asArgument(() => newViewMetadata({ location, schema, version, properties, now: context.now() }))
  const make = async () => {
    const file = await context.views.write(metadata, null)
    return answerCreated(context, view, { location: file, metadata })
  }
  // In a folder that the client has chosen there may be files of others.
  return request.location == null ? context.making(metadata.location, make) : make()
}

async function register(context: CommitContext, call: Call) {
  const request = readBody(viewBodies.register, call.body)
  const view = { namespace: namespaceOf(call), name: request.name }
  await mustBeNew(context, view)
  const location = request['metadata-location']
  return answerCreated(context, view, { location, metadata: await readGiven(context.views, location) })
}

async function mustBeNew({ pointers }: CommitContext, view: TableIdent): Promise<void> {
  if ((await pointers.namespaceProperties(view.namespace)) === undefined) throw noSuchNamespace(printed(view.namespace))
  await mustBeFree(pointers, 'view', view)
}

async function answerCreated({ pointers, receipt }: CommitContext, view: TableIdent, made: CommittedView) {
  const swapped = await swapOrUnknown(
    pointers,
    [{ table: view, kind: 'view', from: null, to: made.location }],
    receipt({ status: 200, view: made.location }),
  )
  if (swapped.swapped) return loadedView(made)
  if ('missingNamespace' in swapped) throw noSuchNamespace(printed(view.namespace))
  await mustBeFree(pointers, 'view', view)
  throw new RestError(409, 'CommitFailedException', `${printedView(view)} changed meanwhile`)
}

async function load(context: CommitContext, call: Call) {
  const view = identOf(call)
  const location = await context.pointers.viewPointer(view)
  if (location === undefined) throw noSuchView(printedView(view))
  return loadedView({ location, metadata: await context.views.read(location) })
}

export function loadedView({ location, metadata }: CommittedView) {
  return json({ 'metadata-location': location, metadata, config: {} })
}

async function exists({ pointers }: CommitContext, call: Call) {
  const view = identOf(call)
  if ((await pointers.viewPointer(view)) === undefined) throw noSuchView(printedView(view))
  return noContent
}

async function replace(context: CommitContext, call: Call) {
  const { requirements, updates } = readBody(viewBodies.commit, call.body)
  return loadedView(
    await commitView({ view: identOf(call), uuids: requirements.map(({ uuid }) => uuid), updates }, context),
  )
}

/** The files of a view stay, a few KB for each version: whoever dropped it by mistake can register it again. */
async function drop({ pointers, receipt }: CommitContext, call: Call) {
  const view = identOf(call)
  for (;;) {
    const from = await pointers.viewPointer(view)
    if (from === undefined) throw noSuchView(printedView(view))
    const { swapped } = await swapOrUnknown(
      pointers,
      [{ table: view, kind: 'view', from, to: null }],
      receipt({ status: 204 }),
    )
    if (swapped) return noContent
  }
}
