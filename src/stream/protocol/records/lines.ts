import type { BatchBuilder } from './batch-builder.ts'

const newline = 10
/** Looked for by a loop over words this far, then by the native search: the call costs more than the loop for short lines. */
const loopSearchBytes = 256

/**
 * Appends the lines of `chunk` from `start` on, each as a value without key, until the builder is full or no whole line is
 * left. Gives how many lines that were, and where to go on: the caller finishes the batch and calls again, or keeps the rest for the next chunk.
 * Empty lines are left out; a carriage return before the newline too.
 */
export function appendLines(
  builder: BatchBuilder,
  chunk: Buffer,
  start: number,
  timestamp: number,
): { readonly next: number; readonly full: boolean; readonly lines: number } {
  const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length)
  let at = start
  for (let lines = 0; ; lines++) {
    const end = endOfLine(chunk, view, at)
    if (end === -1) return { next: at, full: false, lines }
    const valueEnd = end > at && chunk[end - 1] === 13 ? end - 1 : end
    if (valueEnd > at && !builder.appendValue(chunk, at, valueEnd, timestamp)) return { next: at, full: true, lines }
    at = end + 1
  }
}

/** `view` is of `chunk`. */
function endOfLine(chunk: Buffer, view: DataView, from: number): number {
  let at = from
  const loopEnd = Math.min(chunk.length, from + loopSearchBytes) - 8
  while (at <= loopEnd && !(hasNewline(view.getInt32(at)) || hasNewline(view.getInt32(at + 4)))) at += 8
  return at > from + loopSearchBytes - 8 ? chunk.indexOf(newline, at) : endOfLineByBytes(chunk, at)
}

/** A newline is within the next eight bytes, or the chunk ends there. */
function endOfLineByBytes(chunk: Buffer, from: number): number {
  for (let at = from; at < chunk.length; at++) if (chunk[at] === newline) return at
  return -1
}

/** Whether one of a word's four bytes is a newline: exclusive or makes it zero, and only a zero byte borrows without a high bit of its own. */
function hasNewline(word: number): boolean {
  const zeroWhereNewline = word ^ 0x0a0a0a0a
  return ((zeroWhereNewline - 0x01010101) & ~zeroWhereNewline & 0x80808080) !== 0
}
