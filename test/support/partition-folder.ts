import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/kernel/clock.ts'
import type { Files } from '../../src/kernel/files/files.ts'
import { nodeFiles } from '../../src/kernel/files/node-files.ts'
import { silentLogger, type Logger } from '../../src/kernel/logger.ts'
import type { RestoreNote } from '../../src/stream/broker/restore-note.ts'
import { checkBatches } from '../../src/stream/broker/storage/check-batches.ts'
import type { PartitionOutline } from '../../src/stream/broker/storage/partition-checkpoint.ts'
import type { CheckedBatch } from '../../src/stream/broker/storage/checked-batch.ts'
import { openPartitionLog, type PartitionLog } from '../../src/stream/broker/storage/partition-log.ts'
import { createStorage } from '../../src/stream/broker/storage/storage-services.ts'
import { BatchBuilder, noProducer, type ProducerIdentity } from '../../src/stream/protocol/records/batch-builder.ts'
import { batchesIn, openRecords } from '../../src/stream/protocol/records/record-cursor.ts'

export interface PartitionOptions {
  readonly files?: Files
  readonly logger?: Logger
  readonly segmentBytes?: number
  readonly segmentsOpenMax?: number
  readonly overlapBytesMin?: number
  readonly recoveryPoint?: number
  readonly startOffset?: number
  readonly cleanedTo?: number
  readonly now?: () => number
  readonly restored?: RestoreNote
  readonly outline?: PartitionOutline
}

/** One partition without a broker around it, in a folder that goes with it. */
export interface PartitionFolder extends Disposable {
  readonly path: string
  open(options?: PartitionOptions): Promise<PartitionLog>
  /** Paths of the segments' files, in order of offsets. */
  segments(): string[]
  /** Changes one byte of a file; a negative place counts from its end. */
  flipByte(path: string, at: number): void
  removeIndexes(): void
  remove(name: string): void
}

/** Opens the partition that lies in a folder. */
export function openIn(
  path: string,
  {
    files = nodeFiles,
    logger = silentLogger,
    segmentBytes = 1e9,
    segmentsOpenMax = 2,
    overlapBytesMin = 512 * 1024,
    recoveryPoint = 0,
    startOffset = 0,
    cleanedTo = 0,
    now = () => systemClock.now(),
    restored,
    outline,
  }: PartitionOptions = {},
): Promise<PartitionLog> {
  const services = createStorage(
    { files, clock: { ...systemClock, now }, logger },
    { segmentsOpenMax, writtenFilesOpenMax: 1, indexBytesMax: 1000, overlapBytesMin },
  )
  const known = { recoveryPoint, startOffset, cleanedTo, restored, ...(outline ? { outline } : {}) }
  return openPartitionLog(path, 'test-0', known, services, {
    segmentBytes: () => segmentBytes,
  })
}

export function segmentsIn(path: string): string[] {
  return readdirSync(path)
    .filter((name) => name.endsWith('.log'))
    .toSorted()
    .map((name) => join(path, name))
}

export function createPartitionFolder(): PartitionFolder {
  const path = mkdtempSync(join(tmpdir(), 'weir-partition-'))
  return {
    path,
    open: (options) => openIn(path, options),
    segments: () => segmentsIn(path),
    flipByte(file, at) {
      const bytes = readFileSync(file)
      bytes[at < 0 ? bytes.length + at : at]! ^= 1
      writeFileSync(file, bytes)
    },
    removeIndexes() {
      for (const name of readdirSync(path)) if (name.endsWith('.index')) rmSync(join(path, name))
    },
    remove: (name) => rmSync(join(path, name)),
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
}

/** A batch as a producer sends it; its records are a millisecond apart. */
export function batchOf(
  values: readonly string[],
  { producer = noProducer, timestamp = 1000 }: { producer?: ProducerIdentity; timestamp?: number } = {},
): CheckedBatch {
  const builder = new BatchBuilder()
  values.forEach((value, index) => builder.append(Buffer.from(value), null, timestamp + index))
  return checkBatches(builder.finish('none', producer), { batchBytesMax: 1e9 })[0]!
}

/** What a consumer gets from `from` to the end, each as `offset:value`. */
export async function valuesFrom(log: PartitionLog, from = log.startOffset, to = log.endOffset): Promise<string[]> {
  const values: string[] = []
  for (let offset = from; offset < to;) {
    const bytes = await log.read(offset, 100, true)
    for (const { at, header } of batchesIn(bytes)) {
      const records = openRecords(bytes, at, header)
      while (records.next()) {
        if (records.offset !== offset || offset >= to) continue
        values.push(`${records.offset}:${records.buffer.toString('utf8', records.valueStart, records.valueEnd)}`)
        offset++
      }
    }
  }
  return values
}

/** As deletions and retention do, once it is written down. */
export function takeStart(log: PartitionLog, offset: number): void {
  log.planStart(offset).take()
  assert.equal(log.startOffset, offset)
}
