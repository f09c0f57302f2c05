import { nodeFiles } from '../../kernel/files/node-files.ts'
import type { Logger } from '../../kernel/logger.ts'
import type { TableIdent } from '../../lake/catalog/pointer-store.ts'
import { openMetadata, type Metadata } from '../../storage/metadata/metadata.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { createSecretService } from '../kinds/secret/read-secret.ts'
import { credentialOf, signingOf, withStorage } from '../lake/client-access.ts'
import { lakePlaceOf, type LakePlace } from '../lake/lake-place.ts'
import { openLake } from '../lake/open-lake.ts'
import { prepareLake } from '../lake/prepare-lake.ts'
import type { DataDirectory } from './data-directory.ts'
import { ownMetadata, refuseOtherMetadata } from './metadata-place.ts'
import { foreignCatalog, openForeign, ownCatalog, type ChosenCatalog } from './open-catalog.ts'
import type { SupervisorOptions } from './supervisor-options.ts'
import { finishInterrupted, leftRemover, notedMaking, type RemoveLeft } from './services/interrupted-changes.ts'

/** What is durable beside the log. */
export interface Stores extends ChosenCatalog {
  readonly metadata: Metadata
  /** Where the tables lie. */
  readonly lake: LakePlace
  /** Their files. */
  readonly objects: ObjectStore
  /** What a user should be told of the place. */
  readonly notices: readonly string[]
  readonly removeLeft: RemoveLeft
}

/** Who is told of tables of the catalog. */
export interface HearsOfTables {
  readonly onMoved: (table: TableIdent) => void
  readonly onCheckpointDue: (table: TableIdent) => void
}

/** Opens metadata and catalog, and removes what interrupted drops and makings of tables left. What is opened is closed by the stack. */
export async function openStores(
  { project: { settings }, projectDirectory }: Pick<SupervisorOptions, 'project' | 'projectDirectory'>,
  places: DataDirectory,
  logger: Logger,
  { onMoved, onCheckpointDue }: HearsOfTables,
  stack: AsyncDisposableStack,
): Promise<Stores> {
  await refuseOtherMetadata(places.root, settings.metadata, nodeFiles)
  const owner = await ownMetadata(settings.metadata, places.root, logger)
  stack.defer(() => owner?.release())
  const metadata = await openMetadata(settings.metadata ?? places.metadata)
  stack.defer(() => metadata.close())
  const { pointers } = metadata
  const secrets = createSecretService(projectDirectory)
  const lake = lakePlaceOf(settings.objects, places, projectDirectory)
  const foreign = await openForeign(settings.tables, secrets, onMoved, logger)
  stack.defer(() => foreign?.close())
  const notices = await prepareLake(lake, {
    root: places.root,
    pointers,
    files: nodeFiles,
    ...(foreign === undefined ? {} : { foreign }),
  })
  const objects = await openLake(lake, 'supervisor')
  const removeLeft = leftRemover(foreign ?? pointers, objects)
  // A bucket or catalog that does not answer keeps nobody from producing: what is left there goes at the next start.
  if (notices.length === 0)
    await finishInterrupted(places.drops, nodeFiles, removeLeft, (location, error) =>
      logger.warn({ err: error, location }, 'what an interrupted drop or making of a table left could not be removed'),
    )
  const shared = { metadata, lake, objects, notices, removeLeft }
  if (foreign !== undefined) return { ...shared, ...foreignCatalog(foreign, { objects, warehouse: lake.warehouse }) }
  const credential = await credentialOf(settings.objects, secrets)
  const signing = await signingOf(settings.objects, lake)
  const own = ownCatalog(pointers, onMoved, {
    objects,
    warehouse: lake.warehouse,
    onCheckpointDue,
    making: notedMaking(places.drops, nodeFiles),
    clientSettings: withStorage(settings.catalog, settings.objects),
    ...(credential === undefined ? {} : { credential }),
    ...(signing === undefined ? {} : { signing }),
  })
  return { ...shared, ...own }
}
