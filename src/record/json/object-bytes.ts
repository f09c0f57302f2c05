/** DuckDB reads into buffers of twice this; small ones stay in the processor's cache and are not given back to the kernel. */
const objectBytesMin = 512 * 1024

/** What DuckDB's reader of JSON must be told that an object may take, where the longest line is known. */
export function objectBytesFor(longestLine: number): number {
  return Math.max(objectBytesMin, longestLine + 1024)
}
