import { asWeirError } from '../../kernel/errors/weir-error.ts'
import type { SupervisorOptions } from './supervisor-options.ts'

const patienceMs = 3000

/** What is told at the start of the engine that answers SQL: nothing of our own; another's version, or why it does not answer. */
export async function engineNotices({ project }: Pick<SupervisorOptions, 'project'>): Promise<readonly string[]> {
  const { sql } = project.settings
  if (!sql) return []
  const { createTrinoClient } = await import('../../sql/trino/trino-client.ts')
  try {
    const version = await createTrinoClient({
      url: sql.trino,
      user: sql.user,
      catalog: sql.catalog,
      schema: sql.schema,
    }).version(patienceMs)
    return [
      `SQL is answered by Trino ${version} at ${sql.trino}, from its catalog ${sql.catalog}: snapshots, without what is not committed yet`,
    ]
  } catch (error) {
    const { message, details } = asWeirError(error)
    const { hint } = details as { readonly hint?: string }
    return [`${message}. Queries are refused until it answers. ${hint ?? ''}`.trim()]
  }
}
