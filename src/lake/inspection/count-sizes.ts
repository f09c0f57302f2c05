/** How many files are of at least the size of the class before, and below `below` bytes; null: of any size. */
export interface SizeClass {
  readonly below: number | null
  readonly files: number
  readonly bytes: number
}

const kib = 1024
const mib = kib * kib
/** Around what readers and compaction care about: 512 MiB is the usual target, below a MiB a file is mostly its footer. */
const bounds: readonly (number | null)[] = [64 * kib, mib, 8 * mib, 32 * mib, 128 * mib, 384 * mib, 512 * mib, null]

export function countSizes() {
  const counts = bounds.map((below) => ({ below, files: 0, bytes: 0 }))
  return {
    add(bytes: number): void {
      const found = counts.find(({ below }) => below === null || bytes < below)!
      found.files++
      found.bytes += bytes
    },
    all: (): readonly SizeClass[] => counts,
  }
}
