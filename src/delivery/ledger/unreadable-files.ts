import type { DuckDBConnection } from '@duckdb/node-api'
import { asWeirError } from '../../kernel/errors/weir-error.ts'
import { literal } from '../../lake/types/duckdb-type.ts'

export interface UnreadableFile {
  readonly path: string
  /** In DuckDB's words: not found, too small, no magic bytes. */
  readonly reason: string
}

/** Which of the files are missing or damaged: reads every value of each, one after the other. */
export async function unreadableFiles(
  connection: DuckDBConnection,
  paths: readonly string[],
): Promise<readonly UnreadableFile[]> {
  const found: UnreadableFile[] = []
  for (const path of paths)
    try {
      await connection.run(`SELECT bit_xor(hash(COLUMNS(*))) FROM read_parquet(${literal(path)})`)
    } catch (thrown) {
      const [reason = ''] = asWeirError(thrown).message.split('\n')
      found.push({ path, reason })
    }
  return found
}
