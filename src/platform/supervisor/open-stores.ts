import { nodeFiles } from '../../kernel/files/node-files.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { Catalog } from '../../lake/catalog/catalog.ts'
import { createCatalog } from '../../lake/catalog/create-catalog.ts'
import type { PointerStore, TableIdent } from '../../lake/catalog/pointer-store.ts'
import { openMetadata, type Metadata } from '../../storage/metadata/metadata.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { createSecretService } from '../kinds/secret/read-secret.ts'
import { credentialOf, withStorage } from '../lake/client-access.ts'
import { lakePlaceOf, type LakePlace } from '../lake/lake-place.ts'
import { openLake } from '../lake/open-lake.ts'
import { prepareLake } from '../lake/prepare-lake.ts'
import type { DataDirectory } from './data-directory.ts'
import { ownMetadata, refuseOtherMetadata } from './metadata-place.ts'
import { observedPointers } from './observed-pointers.ts'
import type { SupervisorOptions } from './supervisor-options.ts'
import { finishInterrupted, leftRemover, notedMaking, type RemoveLeft } from './services/interrupted-changes.ts'

/** What is durable beside the log. */
export interface Stores {
  readonly metadata: Metadata
  readonly pointers: PointerStore
  readonly catalog: Catalog
  /** Where the tables lie. */
  readonly lake: LakePlace
  /** Their files. */
  readonly objects: ObjectStore
  /** What a user should be told of the place. */
  readonly notices: readonly string[]
  readonly removeLeft: RemoveLeft
}

/** Opens metadata and catalog, and removes what interrupted drops and makings of tables left. What is opened is closed by the stack. */
export async function openStores(
  { project: { settings }, projectDirectory }: Pick<SupervisorOptions, 'project' | 'projectDirectory'>,
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
  const lake = lakePlaceOf(settings.objects, places, projectDirectory)
  const notices = await prepareLake(lake, { root: places.root, pointers: metadata.pointers, files: nodeFiles })
  const objects = await openLake(lake, 'supervisor')
  const removeLeft = leftRemover(metadata.pointers, objects)
  // A bucket that does not answer keeps nobody from producing: what is left there goes at the next start.
  if (notices.length === 0)
    await finishInterrupted(places.drops, nodeFiles, removeLeft, (location, error) =>
      logger.warn({ err: error, location }, 'what an interrupted drop or making of a table left could not be removed'),
    )
  const making = notedMaking(places.drops, nodeFiles)
  const clientSettings = withStorage(settings.catalog, settings.objects)
  const credential = await credentialOf(settings.objects, createSecretService(projectDirectory))
  const catalog = createCatalog({
    pointers,
    objects,
    warehouse: lake.warehouse,
    making,
    clientSettings,
    ...(credential === undefined ? {} : { credential }),
  })
  return { metadata, pointers, catalog, lake, objects, notices, removeLeft }
}
