import type { SqlAnswer } from './answers.ts'
import { call } from './client.ts'

/** A query of the user's, answered by the engine that the project names. */
export function runSql(sql: string, limit: number, signal?: AbortSignal): Promise<SqlAnswer> {
  return call('POST', '/api/v1/sql', { sql, limit }, signal)
}

/** A query of the console's, in the words of Weir's own engine, which sees what is not committed yet. */
export function runOwnSql(sql: string, limit: number, signal?: AbortSignal): Promise<SqlAnswer> {
  return call('POST', '/api/v1/sql', { sql, limit, engine: 'own' }, signal)
}

/** A name as SQL text, safe whatever is in it. Its schema is left out where it is the one that is searched. */
export function quoteName({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  const parts = namespace === 'public' ? [name] : [namespace, name]
  return parts.map((part) => `"${part.replaceAll('"', '""')}"`).join('.')
}
