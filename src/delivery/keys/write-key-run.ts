import { crc32c } from '@node-rs/crc32'
import type { DuckDBConnection } from '@duckdb/node-api'
import { randomUUID } from 'node:crypto'
import { open, rename, rm } from 'node:fs/promises'
import { digestNames, digestItems } from './key-digest.ts'
import { digestWords, placeDigest, wordsOf } from './digests.ts'
import { encodeHeader, recordBytes, runLayout } from './key-run.ts'
import { numbersOf } from '../../sql/wire/values/vector-data.ts'
import type { RecordField } from '../../record/json/record-schema.ts'

export interface RunRequest {
  readonly connection: DuckDBConnection
  /** A SELECT of the key columns of all rows of the file, and of their numbers as `_row`. */
  readonly rows: string
  readonly key: readonly RecordField[]
  readonly path: string
  readonly signature: Buffer
}

/** How much is written at once. */
const bufferedRecords = 65_536

/**
 * Makes the run of a data file. Its name is there when all of it is: what a killed process leaves has another name. Nothing is
 * synced, for what a power cut damages is found by its checksum and made anew.
 */
export async function writeKeyRun({ connection, rows, key, path, signature }: RunRequest): Promise<void> {
  const temporary = `${path}.${randomUUID()}.tmp`
  const file = await open(temporary, 'w')
  try {
    const written = await writeRecords(connection, orderedText(rows, key), (bytes, position) =>
      file.write(bytes, 0, bytes.length, runLayout.headerBytes + position),
    )
    await file.write(encodeHeader({ ...written, signature }), 0, runLayout.headerBytes, 0)
    await file.close()
    await rename(temporary, path)
  } catch (error) {
    await file.close().catch(() => undefined)
    await rm(temporary, { force: true })
    throw error
  }
}

function orderedText(rows: string, key: readonly RecordField[]): string {
  const names = digestNames.join(', ')
  return `SELECT ${names}, _row FROM (SELECT ${digestItems(key)}, CAST(_row AS UINTEGER) AS _row FROM (${rows})) ORDER BY ${names}, _row`
}

async function writeRecords(
  connection: DuckDBConnection,
  text: string,
  write: (bytes: Uint8Array, position: number) => Promise<unknown>,
): Promise<{ readonly crc: number; readonly rows: number }> {
  const { words } = runLayout
  const buffer = new Uint32Array(bufferedRecords * words)
  let [filled, position, crc] = [0, 0, 0]
  const flush = async (): Promise<void> => {
    const bytes = Buffer.from(buffer.buffer, 0, filled * recordBytes)
    crc = crc32c(bytes, crc)
    await write(bytes, position)
    position += bytes.length
    filled = 0
  }
  const result = await connection.stream(text)
  for (;;) {
    const chunk = await result.fetchChunk()
    if (!chunk || chunk.rowCount === 0) break
    if (filled + chunk.rowCount > bufferedRecords) await flush()
    const [high, low] = [wordsOf(chunk.getColumnVector(0)), wordsOf(chunk.getColumnVector(1))]
    const numbers = numbersOf<Uint32Array>(chunk.getColumnVector(2))
    for (let row = 0; row < chunk.rowCount; row++, filled++) {
      placeDigest(buffer, filled * words, high, low, row)
      buffer[filled * words + digestWords] = numbers[row]!
    }
  }
  await flush()
  return { crc: crc >>> 0, rows: position / recordBytes }
}
