import { namespaceKey, type NamespaceStore, type Namespace } from './pointer-store.ts'
import { readPage } from './page.ts'
import type { ReceiptOf } from './receipt.ts'
import { bodies, readBody } from './request-body.ts'
import { noSuchNamespace, RestError } from './rest-error.ts'
import { json, levelsOf, namespaceOf, noContent, type Call, type Route } from './route.ts'
import { mustBeUsable } from './usable-name.ts'

interface NamespaceContext {
  readonly pointers: NamespaceStore
  readonly receipt: ReceiptOf
  /** Under which the tables of a namespace lie. */
  readonly folderOf: (namespace: Namespace) => string
}

/** Namespaces of the REST protocol. */
export function namespaceRoutes(context: NamespaceContext): readonly Route[] {
  const { pointers: store } = context
  const path = '/v1/{prefix}/namespaces'
  const one = `${path}/{namespace}`
  return [
    { method: 'GET', path, answer: (call) => list(store, call) },
    { method: 'POST', path, answer: (call) => create(context, call) },
    {
      method: 'GET',
      path: one,
      answer: async (call) => {
        const { namespace, properties } = await load(store, namespaceOf(call))
        // Trino makes a table in two steps, of which the second wants an empty folder, unless the namespace says where its tables lie.
        return json({ namespace, properties: { location: context.folderOf(namespace), ...properties } })
      },
    },
    {
      method: 'HEAD',
      path: one,
      answer: async (call) => {
        await load(store, namespaceOf(call))
        return noContent
      },
    },
    { method: 'DELETE', path: one, answer: (call) => drop(context, namespaceOf(call)) },
    { method: 'POST', path: `${one}/properties`, answer: (call) => change(context, call) },
  ]
}

/** For messages: levels joined by dots, as engines print them. */
export function printed(namespace: Namespace): string {
  return namespace.join('.')
}

async function list(store: NamespaceStore, call: Call) {
  const parentText = call.query['parent'] ?? ''
  const parent = parentText === '' ? [] : levelsOf(parentText)
  if (parent.length > 0) await load(store, parent)
  const { items, token } = await readPage(call.query, (page) => store.listNamespaces(parent, page))
  return json({ namespaces: items.map((name) => [...parent, name]), 'next-page-token': token })
}

async function create({ pointers: store, receipt }: NamespaceContext, call: Call) {
  const { namespace, properties } = readBody(bodies.createNamespace, call.body)
  if (namespace.some((level) => level.includes('\u001f')))
    throw new RestError(400, 'BadRequestException', 'A level of a namespace cannot hold the character U+001F')
  // Its levels are one folder.
  for (const name of [...namespace, printed(namespace)]) mustBeUsable(name)
  const answer = json({ namespace, properties })
  if (!(await store.createNamespace(namespace, properties, receipt({ status: 200, body: answer.body }))))
    throw new RestError(409, 'AlreadyExistsException', `Namespace already exists: ${printed(namespace)}`)
  return answer
}

async function load(store: NamespaceStore, namespace: Namespace) {
  const properties = await store.namespaceProperties(namespace)
  if (properties === undefined) throw noSuchNamespace(printed(namespace))
  return { namespace, properties }
}

async function drop({ pointers, receipt }: NamespaceContext, namespace: Namespace) {
  const outcome = await pointers.dropNamespace(namespace, receipt({ status: 204 }))
  if (outcome === 'absent') throw noSuchNamespace(printed(namespace))
  if (outcome === 'not-empty')
    throw new RestError(409, 'NamespaceNotEmptyException', `Namespace ${printed(namespace)} is not empty`)
  return noContent
}

async function change({ pointers: store, receipt }: NamespaceContext, call: Call) {
  const namespace = namespaceOf(call)
  const { removals, updates } = readBody(bodies.changeNamespace, call.body)
  const both = removals.filter((key) => key in updates)
  if (both.length > 0)
    throw new RestError(
      422,
      'UnprocessableEntityException',
      `The keys ${both.join(', ')} are both set and removed in ${namespaceKey(namespace)}`,
    )
  const { properties } = await load(store, namespace)
  const answer = json({
    updated: Object.keys(updates),
    removed: removals.filter((key) => key in properties),
    missing: removals.filter((key) => !(key in properties)),
  })
  const kept = receipt({ status: 200, body: answer.body })
  if (!(await store.changeNamespace(namespace, { set: updates, remove: removals }, kept)))
    throw noSuchNamespace(printed(namespace))
  return answer
}
