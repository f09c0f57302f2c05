import { dirname } from 'node:path'

/** Tests of a running Weir and of its processes: they leave much behind, and some are killed. */
const alone = /^(test\/(?!support\/)[^/]+|examples|benchmarks)\//
const filesMax = 16

/**
 * Which test files share a process: those beside the code of one part, for they import the same, in portions. Most of the
 * time of a small file is the start of its process.
 */
export function testGroups(files: readonly string[]): readonly (readonly string[])[] {
  const parts = Map.groupBy(files, (file) => (alone.test(file) ? file : partOf(file)))
  return [...parts.values()].flatMap(portions)
}

function partOf(file: string): string {
  return /^src\/[^/]+\//.exec(file)?.[0] ?? dirname(file)
}

function portions(files: readonly string[]): readonly (readonly string[])[] {
  const count = Math.ceil(files.length / filesMax)
  return Array.from({ length: count }, (_, portion) => files.filter((_file, at) => at % count === portion))
}
