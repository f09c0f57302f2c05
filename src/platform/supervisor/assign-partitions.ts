/** Which partitions each of `workers` reads: dealt out in turn, so that counts differ by one at most. */
export function assignPartitions(partitions: readonly number[], workers: number): readonly (readonly number[])[] {
  return Array.from({ length: workers }, (_, worker) => partitions.filter((_partition, at) => at % workers === worker))
}
