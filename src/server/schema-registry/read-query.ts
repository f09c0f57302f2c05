import type { FastifyRequest } from 'fastify'
import { RegistryRefusal, refusals } from '../../stream/registry/registry-refusal.ts'

/** What a request may have in its query, by kind. */
export interface QueryNames {
  readonly flags?: readonly string[]
  readonly texts?: readonly string[]
  /** With what it is without. */
  readonly numbers?: Readonly<Record<string, number>>
}

export interface ReadQuery {
  flag(name: string): boolean
  text(name: string): string
  number(name: string): number
}

/** The query of a request; what it knows nothing of is refused by name. */
export function readQuery(request: FastifyRequest, { flags = [], texts = [], numbers = {} }: QueryNames): ReadQuery {
  const query = request.query as Readonly<Record<string, string | string[] | undefined>>
  const known = [...flags, ...texts, ...Object.keys(numbers)]
  const unknown = Object.keys(query).find((name) => !known.includes(name))
  if (unknown !== undefined) throw refusals.unsupported(`The parameter ${unknown} of this request`)
  const value = (name: string): string | undefined => [query[name] ?? []].flat()[0]
  return {
    flag: (name) => value(name)?.toLowerCase() === 'true',
    text: (name) => value(name) ?? '',
    number(name) {
      const given = value(name)
      if (given === undefined) return numbers[name]!
      if (!/^-?\d{1,15}$/.test(given))
        throw new RegistryRefusal(404, `${name} is "${given}", where it is a whole number`)
      return Number(given)
    },
  }
}

/** Pages of a list. */
export const paging = { offset: 0, limit: -1 } as const

/** A negative limit is none, but for `limitMax`. */
export function page<Item>(items: readonly Item[], query: ReadQuery, limitMax = 100_000): readonly Item[] {
  const offset = Math.max(0, query.number('offset'))
  const limit = query.number('limit')
  return items.slice(offset, offset + (limit > 0 ? Math.min(limit, limitMax) : limitMax))
}
