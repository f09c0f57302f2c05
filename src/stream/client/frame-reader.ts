import { corrupt } from '../protocol/corrupt.ts'

const scratchBytes = 65536

/**
 * Cuts a stream of bytes into frames, each behind its four bytes of length. The socket reads straight into the frame that is
 * being filled (`target` gives where), so that a large answer is copied no second time.
 */
export interface FrameReader {
  /** Where the next bytes go. */
  target(): Buffer
  /** `length` bytes were put there. Calls `onFrame` for each frame that is whole now; throws WEIR-3001 for a length out of range. */
  filled(length: number): void
}

/** `memoryFor` gives what a frame of this length is read into: memory that nobody else uses until `onFrame` has it. */
export function createFrameReader(
  frameBytesMax: number,
  onFrame: (frame: Buffer) => void,
  memoryFor: (length: number) => Buffer = (length) => Buffer.allocUnsafeSlow(length),
): FrameReader {
  const scratch = Buffer.allocUnsafeSlow(scratchBytes)
  let kept = 0
  let frame: Buffer | undefined
  let frameFilled = 0

  function cut(end: number): void {
    let at = 0
    while (end - at >= 4) {
      const length = scratch.readInt32BE(at)
      if (length < 4 || length > frameBytesMax)
        throw corrupt(`a frame of ${length} bytes, at most ${frameBytesMax} are taken`)
      const rest = end - at - 4
      const whole = memoryFor(length)
      scratch.copy(whole, 0, at + 4, Math.min(end, at + 4 + length))
      if (rest < length) {
        frame = whole
        frameFilled = rest
        kept = 0
        return
      }
      at += 4 + length
      onFrame(whole)
    }
    scratch.copyWithin(0, at, end)
    kept = end - at
  }

  return {
    target: () => (frame ? frame.subarray(frameFilled) : scratch.subarray(kept)),
    filled(length) {
      if (!frame) return cut(kept + length)
      frameFilled += length
      if (frameFilled < frame.length) return
      const whole = frame
      frame = undefined
      onFrame(whole)
    },
  }
}
