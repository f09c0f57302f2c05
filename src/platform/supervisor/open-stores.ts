import { nodeFiles } from '../../kernel/files/node-files.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { Catalog } from '../../lake/catalog/catalog.ts'
import { createCatalog } from '../../lake/catalog/create-catalog.ts'
import type { PointerStore, TableIdent } from '../../lake/catalog/pointer-store.ts'
import { openMetadata, type Metadata } from '../../storage/metadata/metadata.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { openObjectStore } from '../../storage/objects/open.ts'
import type { Project } from '../project/project.ts'
import type { DataDirectory } from './data-directory.ts'
import { ownMetadata, refuseOtherMetadata } from './metadata-place.ts'
import { observedPointers } from './observed-pointers.ts'
import { finishInterrupted, leftRemover, notedMaking, type RemoveLeft } from './services/interrupted-changes.ts'

/** What is durable beside the log. */
export interface Stores {
  readonly metadata: Metadata
  readonly pointers: PointerStore
  readonly catalog: Catalog
  readonly objects: ObjectStore
  /** `file:///…/.weir/lake` */
  readonly warehouse: string
  readonly removeLeft: RemoveLeft
}

/** Opens metadata and catalog, and removes what interrupted drops and makings of tables left. What is opened is closed by the stack. */
export async function openStores(
  { settings }: Project,
  places: DataDirectory,
  logger: Logger,
  onMoved: (table: TableIdent) => void,
  stack: AsyncDisposableStack,
): Promise<Stores> {
  await refuseOtherMetadata(places.root, settings.metadata, nodeFiles)
  const owner = await ownMetadata(settings.metadata, places.root, logger)
  stack.defer(() => owner?.release())
  const metadata = await openMetadata(settings.metadata ?? places.metadata)
  stack.defer(() => metadata.close())
  const pointers = observedPointers(metadata.pointers, onMoved)
  const warehouse = `file://${places.lake}`
  const objects = openObjectStore({ roots: [warehouse], files: nodeFiles })
  const removeLeft = leftRemover(metadata.pointers, objects)
  await finishInterrupted(places.drops, nodeFiles, removeLeft)
  const making = notedMaking(places.drops, nodeFiles)
  const clientSettings = settings.catalog ?? { defaults: {}, overrides: {} }
  const catalog = createCatalog({ pointers, objects, warehouse, making, clientSettings })
  return { metadata, pointers, catalog, objects, warehouse, removeLeft }
}
