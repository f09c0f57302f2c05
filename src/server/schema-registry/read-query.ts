import type { FastifyRequest } from 'fastify'
import { RegistryRefusal, refusals } from '../../stream/registry/registry-refusal.ts'

export interface ReadQuery {
  flag(name: string): boolean
  text(name: string): string
  /** A whole number, and what it is when it is not given. */
  number(name: string, without: number): number
}

/** What a real registry knows besides: refused by name, whoever asks for it. */
const unsupported = ['findTags', 'ruleType', 'resourceType', 'associationType', 'lifecycle']

/**
 * The query of a request. What no registry knows is passed over, as there: clients send all sorts of things, and `deleted_only` for
 * `deletedOnly`.
 */
export function readQuery(request: FastifyRequest): ReadQuery {
  const given = Object.entries(request.query as Readonly<Record<string, string | string[] | undefined>>)
  const query = Object.fromEntries(given.map(([name, each]) => [camelCase(name), each]))
  const refused = unsupported.find((name) => !['', 'false'].includes(String(query[name] ?? '').toLowerCase()))
  if (refused !== undefined) throw refusals.unsupported(`The parameter ${refused} of this request`)
  const value = (name: string): string | undefined => [query[name] ?? []].flat()[0]
  return {
    flag: (name) => value(name)?.toLowerCase() === 'true',
    text: (name) => value(name) ?? '',
    number(name, without) {
      const text = value(name)
      if (text === undefined) return without
      if (!/^-?\d{1,15}$/.test(text)) throw new RegistryRefusal(404, `${name} is "${text}", where it is a whole number`)
      return Number(text)
    },
  }
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** A negative limit is none, but for `limitMax`. */
export function page<Item>(items: readonly Item[], query: ReadQuery, limitMax = 100_000): readonly Item[] {
  const offset = Math.max(0, query.number('offset', 0))
  const limit = query.number('limit', -1)
  return items.slice(offset, offset + (limit > 0 ? Math.min(limit, limitMax) : limitMax))
}
