/** The most that one member may say of itself, and be assigned: all of it is kept. */
const memberBytesMax = 1024 * 1024

/** Whether what is said, in pieces, is more than a member may. */
export function isTooLarge(pieces: Iterable<{ readonly length: number }>): boolean {
  let bytes = 0
  for (const { length } of pieces) bytes += length
  return bytes > memberBytesMax
}
