import type { ViewRelation } from '../engine-host.ts'

/** What a view of the project is in DuckDB: its own text. */
export const viewTarget = ({ sql }: Pick<ViewRelation, 'sql'>): string => sql.trim().replace(/;\s*$/, '')
