/** The request of which a part has arrived, if there is one. */
export interface ArrivingRequest {
  readonly hasBegun: boolean
  /** It comes, but so slowly that it would hold its memory and its connection for good. */
  readonly isTooSlow: boolean
  received(byteLength: number): void
  /** A frame of this length is whole. */
  completed(frameBytes: number): void
  /** The time counts from now: until here the client was not read from. */
  forgive(): void
}

const lengthBytes = 4
/** Less than any line that a client would be used over. */
const bytesPerMsMin = 1

export function watchArrivingRequest(stallMs: number, monotonic: () => number): ArrivingRequest {
  /** Bytes that belong to no whole frame yet. */
  let waiting = 0
  let since = 0
  let receivedSince = 0
  const forgive = (): void => {
    since = monotonic()
    receivedSince = 0
  }
  return {
    get hasBegun() {
      return waiting > 0
    },
    get isTooSlow() {
      const elapsedMs = monotonic() - since
      return waiting > 0 && elapsedMs > stallMs && receivedSince < (elapsedMs - stallMs) * bytesPerMsMin
    },
    received(byteLength) {
      if (waiting === 0) forgive()
      waiting += byteLength
      receivedSince += byteLength
    },
    completed(frameBytes) {
      waiting -= lengthBytes + frameBytes
      forgive()
    },
    forgive,
  }
}
