import type { Reference } from '../api/answers.ts'
import type { Resource } from '../api/resource.ts'

export const nodeWidth = 156
export const nodeHeight = 80
const lineHeight = 100
const margin = 4

export interface Placed {
  readonly resource: Resource
  readonly x: number
  readonly y: number
}

export interface Placement {
  readonly nodes: readonly Placed[]
  readonly width: number
  readonly height: number
}

/** The room after a column, for what its edges say. */
const roomAfter = [114, 178, 60] as const
const firstOf: Readonly<Record<string, number>> = { secret: 0, stream: 0, delivery: 1, table: 2, view: 3 }

/**
 * From left to right as data flows; what belongs to a delivery shares its line, the rest follows below. A place wider than the
 * graph spreads it, a narrower one is scrolled: text stays as large as everywhere.
 */
export function placeNodes(resources: readonly Resource[], widthAtHand: number): Placement {
  const columns = columnsOf(resources)
  const lines = linesOf(resources, columns)
  const used = [...new Set(columns.values())].toSorted((a, b) => a - b)
  const rooms = used.slice(0, -1).map((column) => roomAfter[column] ?? 60)
  const least = margin * 2 + used.length * nodeWidth + rooms.reduce((sum, room) => sum + room, 0)
  const spread = rooms.length === 0 ? 0 : Math.min(180, Math.max(0, widthAtHand - least) / rooms.length)
  const lefts = new Map<number, number>()
  let left: number = margin
  for (const [at, column] of used.entries()) {
    lefts.set(column, left)
    left += nodeWidth + (rooms[at] ?? 0) + spread
  }
  const bottom = Math.max(0, ...lines.values())
  return {
    nodes: resources.map((resource) => ({
      resource,
      x: lefts.get(columns.get(idOf(resource))!)!,
      y: margin + lines.get(idOf(resource))! * lineHeight,
    })),
    width: least + spread * rooms.length,
    height: margin * 2 + bottom * lineHeight + nodeHeight,
  }
}

export function idOf({ kind, name }: Reference): string {
  return `${kind}/${name}`
}

/** A view stands right of all that it reads, other views too. */
function columnsOf(resources: readonly Resource[]): ReadonlyMap<string, number> {
  const byId = new Map(resources.map((resource) => [idOf(resource), resource]))
  const found = new Map<string, number>()
  const columnOf = (resource: Resource): number => {
    const id = idOf(resource)
    const known = found.get(id)
    if (known !== undefined) return known
    const first = firstOf[resource.kind] ?? 3
    // Set before the references are followed: a circle ends here.
    found.set(id, first)
    if (first < 3) return first
    const before = resource.references.flatMap((reference) => byId.get(idOf(reference)) ?? []).map(columnOf)
    const column = Math.max(first, ...before.map((each) => each + 1))
    found.set(id, column)
    return column
  }
  for (const resource of resources) columnOf(resource)
  return found
}

function linesOf(resources: readonly Resource[], columns: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const lineOf = new Map<string, number>()
  const taken = new Set<string>()
  const place = (resource: Reference, wanted: number): void => {
    const id = idOf(resource)
    const column = columns.get(id)
    if (column === undefined || lineOf.has(id)) return
    let line = wanted
    while (taken.has(`${column}/${line}`)) line++
    taken.add(`${column}/${line}`)
    lineOf.set(id, line)
  }
  resources
    .filter(({ kind }) => kind === 'delivery')
    .forEach((delivery, line) => [delivery, ...delivery.references].forEach((each) => place(each, line)))
  for (const resource of resources.toSorted((a, b) => columns.get(idOf(a))! - columns.get(idOf(b))!)) {
    const [first] = resource.references.flatMap((reference) => lineOf.get(idOf(reference)) ?? [])
    place(resource, first ?? 0)
  }
  return lineOf
}
