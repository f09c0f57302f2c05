import { lstat } from 'node:fs/promises'
import { inParallel } from '../../kernel/in-parallel.ts'
import type { CrawledFile } from '../crawled-table.ts'

const filesAtOnce = 32

/** A file that is no longer the one that was crawled, by its size and time; undefined when all are. */
export async function changedFile(
  root: string,
  files: readonly CrawledFile[],
): Promise<{ readonly path: string; readonly how: 'changed' | 'removed' } | undefined> {
  let found: { readonly path: string; readonly how: 'changed' | 'removed' } | undefined
  await inParallel(files, filesAtOnce, async ({ path, sizeBytes, modifiedMs }) => {
    if (found) return
    const now = await lstat(`${root}${path}`).catch(() => undefined)
    if (!now) found = { path: `${root}${path}`, how: 'removed' }
    else if (now.size !== sizeBytes || now.mtimeMs !== modifiedMs) found = { path: `${root}${path}`, how: 'changed' }
  })
  return found
}
