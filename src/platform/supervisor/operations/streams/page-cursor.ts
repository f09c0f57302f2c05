import { WeirError } from '../../../../kernel/errors/weir-error.ts'

/** Where a page of records goes on: offsets by partition. */
export type OffsetsByPartition = ReadonlyMap<number, number>

/** So many partitions fit into an address. */
const partitionsMax = 1000

/** null when nothing is left; undefined when it is too much for an address: then partitions have to be chosen. */
export function cursorOf(...parts: readonly OffsetsByPartition[]): string | null | undefined {
  if (parts.every((part) => part.size === 0)) return null
  if (parts.some((part) => part.size > partitionsMax)) return undefined
  return parts
    .map((part) => [...part].map(([partition, offset]) => `${partition.toString(36)}.${offset.toString(36)}`).join('_'))
    .join('~')
}

/** WEIR-7007 for what no page gave. */
export function offsetsIn(cursor: string, parts: number): readonly OffsetsByPartition[] {
  const texts = cursor.split('~')
  if (texts.length === parts && texts.every((text) => /^([0-9a-z]{1,6}\.[0-9a-z]{1,11}(_|$))*$/.test(text)))
    return texts.map(readPart)
  throw new WeirError('WEIR-7007', `"${cursor}" is no "after" that a page gave. Begin without one`)
}

function readPart(text: string): OffsetsByPartition {
  if (text === '') return new Map()
  return new Map(
    text.split('_').map((pair): [number, number] => {
      const [partition, offset] = pair.split('.')
      return [Number.parseInt(partition!, 36), Number.parseInt(offset!, 36)]
    }),
  )
}
