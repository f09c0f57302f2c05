import type { BatchBuilder } from './batch-builder.ts'

const newline = 10
const carriageReturn = 13

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
  let lines = 0
  for (;;) {
    const { bytesRead, linesRead } = builder.appendLines(chunk.subarray(at), timestamp)
    at += bytesRead
    lines += linesRead
    if (bytesRead > 0) continue
    // No whole line, one that is longer than what is looked at, or a batch that is full.
    const end = chunk.indexOf(newline, at)
    if (end === -1) return { next: at, full: false, lines }
    const value = chunk.subarray(at, end > at && chunk[end - 1] === carriageReturn ? end - 1 : end)
    if (value.length > 0 && !builder.append(value, null, timestamp)) return { next: at, full: true, lines }
    at = end + 1
    lines++
  }
}
