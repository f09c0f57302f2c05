import type { BatchBuilder } from './batch-builder.ts'

const newline = 10
/** Looked for by a loop this far, then by the native search: the call costs more than the loop for short lines. */
const loopSearchBytes = 32

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
  let at = start
  for (let lines = 0; ; lines++) {
    const end = endOfLine(chunk, at)
    if (end === -1) return { next: at, full: false, lines }
    const valueEnd = end > at && chunk[end - 1] === 13 ? end - 1 : end
    if (valueEnd > at && !builder.appendValue(chunk, at, valueEnd, timestamp)) return { next: at, full: true, lines }
    at = end + 1
  }
}

function endOfLine(chunk: Buffer, from: number): number {
  const near = Math.min(chunk.length, from + loopSearchBytes)
  for (let at = from; at < near; at++) if (chunk[at] === newline) return at
  return near === chunk.length ? -1 : chunk.indexOf(newline, near)
}
