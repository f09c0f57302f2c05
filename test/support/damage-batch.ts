import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { batchesIn } from '../../src/stream/protocol/records/record-cursor.ts'

/** Flips the last bit of the batch with this offset in a stopped log's files; gives the file. */
export function damageBatch(logDirectory: string, topicId: string, partition: number, offset: number): string {
  const folder = join(logDirectory, 'topics', topicId, String(partition))
  for (const name of readdirSync(folder).filter((found) => found.endsWith('.log'))) {
    const path = join(folder, name)
    const bytes = readFileSync(path)
    for (const { at, header } of batchesIn(bytes)) {
      if (header.baseOffset > offset || header.baseOffset + header.lastOffsetDelta < offset) continue
      bytes[at + header.byteLength - 1]! ^= 1
      writeFileSync(path, bytes)
      return path
    }
  }
  throw new Error(`no file in ${folder} holds offset ${offset}`)
}
