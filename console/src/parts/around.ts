const neighbours = 5n

/** Where to begin to look so that a few records before an offset are seen too. */
export function offsetsBefore(offset: string): string {
  const at = BigInt(offset)
  return String(at > neighbours ? at - neighbours : 0n)
}
