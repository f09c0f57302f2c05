import type { FileShape } from '../crawled-table.ts'

/** Shapes without those that are there already, and of each file which is its own. */
export function collectShapes(all: readonly FileShape[]): {
  readonly shapes: FileShape[]
  readonly indexes: readonly number[]
} {
  const known = new Map<string, number>()
  const seen = new Map<FileShape, number>()
  const shapes: FileShape[] = []
  const indexes = all.map((shape) => {
    const same = seen.get(shape)
    if (same !== undefined) return same
    const key = JSON.stringify(shape)
    const index = known.get(key) ?? shapes.push(shape) - 1
    known.set(key, index)
    seen.set(shape, index)
    return index
  })
  return { shapes, indexes }
}
