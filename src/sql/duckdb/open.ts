import { DuckDBInstance } from '@duckdb/node-api'
import type { Duckdb, DuckdbOptions } from './duckdb.ts'

/**
 * Opens an in-memory DuckDB. Extensions come from the binary alone (core, icu, json, parquet): autoloading would reach for
 * the network. The configuration is locked but for what a session may choose, whatever a statement tries.
 */
export async function openDuckdb(options: DuckdbOptions): Promise<Duckdb> {
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${Math.floor(options.memoryLimitBytes)}B`,
    threads: String(options.threads),
    temp_directory: options.temporaryDirectory,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    ...options.settings,
  })
  const own = await instance.connect()
  if (options.keepsFooters) await own.run('SET GLOBAL parquet_metadata_cache = true')
  await own.run(
    "SET allowed_configs = ['timezone', 'search_path', 'schema', 'streaming_buffer_size']; SET lock_configuration = true",
  )
  return {
    connect: () => instance.connect(),
    query: async (sql) => {
      const reader = await own.runAndReadAll(sql)
      return reader.getRowObjectsJS() as readonly Readonly<Record<string, unknown>>[]
    },
    close() {
      own.closeSync()
      instance.closeSync()
    },
  }
}
