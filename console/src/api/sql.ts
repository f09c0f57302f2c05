import type { SqlAnswer } from './answers.ts'
import { call } from './client.ts'

export function runSql(sql: string, limit: number, signal?: AbortSignal): Promise<SqlAnswer> {
  return call('POST', '/api/v1/sql', { sql, limit }, signal)
}

/** A name as SQL text, safe whatever is in it. */
export function quoteName(name: string): string {
  return name
    .split('.')
    .map((part) => `"${part.replaceAll('"', '""')}"`)
    .join('.')
}
