import { createHash } from 'node:crypto'
import { setImmediate as turn } from 'node:timers/promises'
import type { ObjectSink } from '../../src/storage/objects/object-sink.ts'

/** The bytes of a pretended object, 1 to 200 KB, which follow from its location. */
export function cachedBytes(location: string): Buffer {
  const seed = createHash('sha256').update(location).digest()
  return Buffer.alloc(1000 + (seed.readUInt32BE(0) % 200_000), seed)
}

/** As a network gives them: in many pieces, with turns between. */
export async function readInPieces(bytes: Buffer, sink: ObjectSink): Promise<void> {
  await sink.begin(bytes.length)
  for (let at = 0; at < bytes.length; at += 10_000) {
    await sink.write(bytes.subarray(at, at + 10_000))
    await turn()
  }
}
