import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { WeirError } from '../kernel/errors/weir-error.ts'

/** WEIR-2012 when the copy names a table whose metadata was not copied: it was dropped while the files were. */
export async function refuseMissingTables(target: string, data: string): Promise<void> {
  const { DatabaseSync } = await import('node:sqlite')
  const database = new DatabaseSync(join(target, 'metadata.db'), { readOnly: true })
  try {
    const tables = database.prepare('SELECT namespace, name, metadata_location FROM catalog_table').all()
    for (const { namespace, name, metadata_location: location } of tables as Record<string, string>[]) {
      const path = location!.replace(/^file:\/\//, '')
      if (!path.startsWith(`${data}/`) || existsSync(join(target, path.slice(data.length + 1)))) continue
      throw new WeirError(
        'WEIR-2012',
        `table ${namespace}.${name} was dropped or rewritten while the backup was taken: ${path} is not in it. Take it again`,
      )
    }
  } finally {
    database.close()
  }
}
