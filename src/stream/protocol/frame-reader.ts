import { corrupt } from './corrupt.ts'

/**
 * Cuts a stream of bytes into frames, each behind its four bytes of length. The socket reads straight into the frame that is
 * being filled (`target` gives where), so that a large one is copied no second time.
 */
export interface FrameReader {
  /** Where the next bytes go. What is put there has to be told to `filled` before another reader's turn. */
  target(): Buffer
  /** `length` bytes were put there. Calls `onFrame` for each frame that is whole now; throws WEIR-3001 for a length out of range. */
  filled(length: number): void
  /** There is memory now for the frame that `memoryFor` had none for. */
  goOn(): void
}

const lengthBytes = 4
/**
 * Where all readers read what is no frame's yet: each takes its bytes out at once, so they need no memory of their own, however
 * many there are.
 */
const scratch = Buffer.allocUnsafeSlow(256 * 1024)

/**
 * `memoryFor` gives what a frame of this length is read into: memory that nobody else uses until `onFrame` has it. Where it gives
 * none, nothing more is cut until `goOn`: the caller stops to read, and what comes all the same is kept.
 */
export function createFrameReader(
  frameBytesMax: number | (() => number),
  onFrame: (frame: Buffer) => void,
  memoryFor: (length: number) => Buffer | undefined = (length) => Buffer.allocUnsafeSlow(length),
): FrameReader {
  const head = Buffer.alloc(lengthBytes)
  let headFilled = 0
  let frame: Buffer | undefined
  let frameFilled = 0
  let kept: Buffer | undefined

  /** Until all of it is taken, or the rest of a frame has yet to come, or there is no memory for one. */
  function cut(bytes: Buffer): void {
    for (let at = 0; at < bytes.length || headFilled === lengthBytes;) {
      at += fillHead(bytes, at)
      if (headFilled < lengthBytes) return
      const whole = memoryFor(frameLength())
      if (!whole) {
        kept = Buffer.from(bytes.subarray(at))
        return
      }
      headFilled = 0
      const part = bytes.copy(whole, 0, at, Math.min(bytes.length, at + whole.length))
      at += part
      if (part < whole.length) {
        frame = whole
        frameFilled = part
        return
      }
      onFrame(whole)
    }
  }

  function fillHead(bytes: Buffer, at: number): number {
    const taken = bytes.copy(head, headFilled, at, at + lengthBytes - headFilled)
    headFilled += taken
    return taken
  }

  function frameLength(): number {
    const length = head.readInt32BE(0)
    const most = typeof frameBytesMax === 'number' ? frameBytesMax : frameBytesMax()
    if (length < 4 || length > most) throw corrupt(`a frame of ${length} bytes, at most ${most} are taken`)
    return length
  }

  return {
    target: () => (frame ? frame.subarray(frameFilled) : scratch),
    filled(length) {
      if (kept) {
        kept = Buffer.concat([kept, scratch.subarray(0, length)])
        return
      }
      if (!frame) return cut(scratch.subarray(0, length))
      frameFilled += length
      if (frameFilled < frame.length) return
      const whole = frame
      frame = undefined
      onFrame(whole)
    },
    goOn() {
      const bytes = kept
      kept = undefined
      if (bytes) cut(bytes)
    },
  }
}
