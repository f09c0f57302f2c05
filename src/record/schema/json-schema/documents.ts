import { isExactObject, listOf, stringOf, type ExactJson, type ExactObject } from '../exact-json.ts'
import { InvalidSchema, refuseDepth } from '../invalid-schema.ts'

/** What a `$ref` leads to, and the address that its own references are relative to. */
export interface Place {
  readonly json: ExactJson
  readonly base: string
}

/** The documents that a schema and its references are, by address. Nothing is ever fetched. */
export interface Documents {
  readonly root: Place
  /** Throws InvalidSchema when there is nothing at the reference. */
  resolve(reference: string, base: string): Place | 'metaschema'
}

const rootAddress = 'mem://input'
const metaschema =
  /^https?:\/\/json-schema\.org\/(draft-0[467]|draft\/2019-09|draft\/2020-12)\/(schema|meta\/[a-z-]+)#?$/

/** `references` are the texts of other schemas by the names that `$ref` has for them. */
export function openDocuments(root: ExactJson, references: ReadonlyMap<string, ExactJson>): Documents {
  const places = new Map<string, Place>()
  const rootPlace = add(root, rootAddress, places)
  for (const [name, json] of references) {
    const place = add(json, addressOf(name, rootPlace.base), places)
    // By the very words too, for a name may be no address at all.
    for (const alias of [name, `./${name}`]) if (!places.has(alias)) places.set(alias, place)
  }

  return {
    root: rootPlace,
    resolve(reference, base) {
      const address = addressOf(reference, base)
      if (metaschema.test(address)) return 'metaschema'
      const [document = '', fragment = ''] = address.split('#', 2)
      const [words = ''] = reference.split('#', 1)
      const anchored = places.get(address)
      if (anchored) return anchored
      const place = places.get(document) ?? (words === '' ? undefined : places.get(words))
      const found = place && lookUp(place, decode(fragment))
      if (found) return found
      throw new InvalidSchema(
        `there is nothing at the $ref "${reference}": name the schema that it is in among the references`,
      )
    },
  }
}

function add(json: ExactJson, address: string, places: Map<string, Place>): Place {
  const own = isExactObject(json) ? idOf(json) : undefined
  const base = own === undefined ? address : addressOf(own, address)
  const place = { json, base }
  for (const each of [address, base]) if (!places.has(withoutFragment(each))) places.set(withoutFragment(each), place)
  index(json, base, places, 0)
  return place
}

/** Parts of a document that have an address or an anchor of their own. */
function index(json: ExactJson, base: string, places: Map<string, Place>, depth: number): void {
  refuseDepth(depth / 2)
  const list = listOf(json)
  if (list) for (const each of list) index(each, base, places, depth + 1)
  if (!isExactObject(json)) return
  const id = idOf(json)
  const here = id === undefined ? base : addressOf(id, base)
  const place = { json, base: withoutFragment(here) }
  if (id !== undefined && !places.has(here)) places.set(here, place)
  for (const anchor of [json['$anchor'], json['$dynamicAnchor']])
    if (typeof anchor === 'string' && !places.has(`${place.base}#${anchor}`))
      places.set(`${place.base}#${anchor}`, place)
  for (const each of Object.values(json)) index(each, place.base, places, depth + 1)
}

/** `id` is draft-04's word for it; there it may as well be the name of a property. */
function idOf(json: ExactObject): string | undefined {
  return stringOf(json['$id']) ?? stringOf(json['id'])
}

/** A JSON pointer; `$defs` and `definitions` at the top stand for each other, as they do in registries. */
function lookUp({ json, base }: Place, pointer: string): Place | undefined {
  if (pointer === '') return { json, base }
  if (!pointer.startsWith('/')) return undefined
  const steps = pointer
    .slice(1)
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  return (
    follow({ json, base }, steps) ??
    (steps[0] === '$defs' ? follow({ json, base }, ['definitions', ...steps.slice(1)]) : undefined) ??
    (steps[0] === 'definitions' ? follow({ json, base }, ['$defs', ...steps.slice(1)]) : undefined)
  )
}

function follow(from: Place, steps: readonly string[]): Place | undefined {
  let { json, base } = from
  for (const step of steps) {
    const next =
      listOf(json)?.[Number(step)] ?? (isExactObject(json) && Object.hasOwn(json, step) ? json[step] : undefined)
    if (next === undefined) return undefined
    json = next
    const id = isExactObject(json) ? stringOf(json['$id']) : undefined
    if (id !== undefined) base = withoutFragment(addressOf(id, base))
  }
  return { json, base }
}

function addressOf(reference: string, base: string): string {
  try {
    return new URL(reference, base).href
  } catch {
    return reference
  }
}

function withoutFragment(address: string): string {
  return address.split('#', 1)[0]!
}

function decode(fragment: string): string {
  try {
    return decodeURIComponent(fragment)
  } catch {
    return fragment
  }
}
