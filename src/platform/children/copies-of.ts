import type { OpenObjectStore } from '../../storage/objects/open.ts'
import type { CopiesStatus } from './child-methods.ts'

export async function copiesOf(store: OpenObjectStore | undefined): Promise<CopiesStatus> {
  return { copies: (await store?.cacheFigures()) ?? null, rowCopies: store?.rowFigures() ?? null }
}
