import { call } from './client.ts'

export interface SqlColumn {
  readonly name: string
  readonly type: string
}

export interface SqlResult {
  readonly columns: readonly SqlColumn[]
  readonly rows: readonly (readonly unknown[])[]
  /** Whether there were more rows than the page asked for. */
  readonly truncated: boolean
  readonly ms: number
  readonly notices: readonly string[]
}

export function runSql(sql: string, limit: number, signal?: AbortSignal): Promise<SqlResult> {
  return call('POST', '/api/v1/sql', { sql, limit }, signal)
}

/** A name as SQL text, safe whatever is in it. */
export function quoteName(name: string): string {
  return name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.')
}
