/**
 * A DuckDB with a memory limit and a folder to spill to, whose session is in UTC. `query` answers rows as JSON has them (numbers
 * beyond 2^53 as text); a signal that is raised ends the statement, which then rejects.
 */
export interface RowEngine {
  query(sql: string, signal?: AbortSignal): Promise<readonly Readonly<Record<string, unknown>>[]>
}
