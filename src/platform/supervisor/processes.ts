import { join } from 'node:path'
import type { ChangeCount } from '../../kernel/change-count.ts'
import type { PointerStore } from '../../lake/catalog/pointer-store.ts'
import type { EngineHost } from '../../sql/engine-host.ts'
import type { Policy } from '../../access/policy.ts'
import type { Identities } from '../access/identities.ts'
import { governedChanges } from '../access/governed-changes.ts'
import type { GovernedRelations } from '../access/restrict-relations.ts'
import { restrictedRelations } from '../access/restricted-relations.ts'
import type { AdoptionStore } from '../../storage/metadata/adoptions.ts'
import type { EpochStore } from '../../storage/metadata/epochs.ts'
import type { MemoryHost } from '../children/delivery-memory.ts'
import { copiesPlaceOf, type LakePlace } from '../lake/lake-place.ts'
import type { BucketPlace } from '../lake/open-buckets.ts'
import type { DataDirectory } from './data-directory.ts'
import { answerForMemory } from './delivery-memory.ts'
import { runDeliveryWorkers, type DeliveryWorkers } from './deliveries/delivery-workers.ts'
import { createEngineHost } from './engine-host.ts'
import { runEngine, type EngineProcess } from './engine-process.ts'
import { watchMemory } from './memory-watch.ts'
import { runOperator, type OperatorProcess } from './operator-process.ts'
import { runWriter, type WriterProcess } from './writer-process.ts'
import { flushTable } from './deliveries/flush-table.ts'
import type { JoinedWorkers } from './joined/joined-workers.ts'
import type { ChosenCatalog } from './open-catalog.ts'
import type { ProcessLogs } from './process-logs.ts'
import type { StreamsPlace } from './streams/streams-place.ts'
import { turnLines } from './turn-lines.ts'
import type { SupervisorOptions } from './supervisor-options.ts'

export interface ProcessesOptions extends SupervisorOptions {
  readonly places: DataDirectory
  readonly lake: LakePlace
  readonly logs: ProcessLogs
  readonly streams: StreamsPlace
  readonly joined: JoinedWorkers
  /** Of all tables that SQL reads. */
  readonly pointers: Pick<PointerStore, 'tablePointer'>
  /** Others change tables too, past us. */
  readonly isShared: boolean
  readonly followsLog: ChosenCatalog['followsLog']
  readonly epochs: EpochStore
  readonly adoptions: AdoptionStore
  readonly relations: () => Promise<GovernedRelations>
  readonly policies: () => Promise<readonly Policy[]>
  /** Who logs in by a name. */
  readonly identities: Identities
  readonly catalogUri: string
  /** What SQL may change of the catalog's tables. */
  readonly definitions: Pick<EngineHost, 'define' | 'stage'>
  /** What SQL engines look at instead of asking again. */
  readonly changes: ChangeCount
}

/** The process tree below the supervisor. */
export interface Processes {
  readonly streams: StreamsPlace
  readonly workers: DeliveryWorkers
  /** Other processes and machines that take a share of the deliveries. */
  readonly joined: JoinedWorkers
  readonly engine: EngineProcess
  readonly operator: OperatorProcess
  readonly writer: WriterProcess
  /** Workers first, with a commit; then the engine, then the log. */
  stop(): Promise<void>
  kill(): void
}

/** DuckDB goes beyond its limit by about this much. */
const beyondDuckdbBytes = 250_000_000
const deadlineMs = 30_000

export function runProcesses(options: ProcessesOptions): Processes {
  const { streams, joined, adoptions, logs } = options
  const memory = answerForMemory(adoptions, streams)
  const workers = startWorkers(options, memory)
  const writer = startWriter(options)
  const engine = startEngine(options, workers, writer)
  const operator = startOperator(options, memory)
  const residentMemory = watchMemory(
    () => [...workers.watched, ...engine.watched, ...operator.watched, ...writer.watched],
    logs.logger,
  )
  return {
    streams,
    workers,
    joined,
    engine,
    operator,
    writer,
    async stop() {
      await workers.stop(deadlineMs)
      joined.stop()
      residentMemory.stop()
      await Promise.all([engine.child.stop(2000), operator.child.stop(2000)])
      await writer.child.stop(2000)
      await streams.stop(deadlineMs)
    },
    kill() {
      residentMemory.stop()
      workers.kill()
      joined.stop()
      engine.child.kill()
      operator.child.kill()
      writer.child.kill()
      streams.kill()
    },
  }
}

function startWorkers(
  { streams, joined, adoptions, epochs, changes, logs, workerMemoryBytes }: ProcessesOptions,
  memory: MemoryHost,
): DeliveryWorkers {
  return runDeliveryWorkers({
    memory,
    onChange: () => changes.raise(),
    forget: (delivery) => adoptions.forget(delivery),
    nextEpoch: (delivery) => epochs.next(delivery),
    partitionsOf: async (topic) => {
      const [found] = await (await streams.kafka()).topics.describe([topic])
      return found?.partitions.map(({ partition }) => partition) ?? []
    },
    logs,
    logger: logs.logger,
    memoryBytesMax: workerMemoryBytes,
    joined,
  })
}

function startWriter({ lake, logs, catalogUri, token, workerMemoryBytes }: ProcessesOptions): WriterProcess {
  const config = {
    catalogUri,
    ...(token === undefined ? {} : { catalogToken: token }),
    lake,
  }
  return runWriter(config, workerMemoryBytes, logs, logs.logger)
}

function startEngine(options: ProcessesOptions, workers: DeliveryWorkers, writer: WriterProcess): EngineProcess {
  const turns = turnLines()
  const { places, logs, engineMemoryBytes, engineIdleMs } = options
  return runEngine({
    config: {
      memoryLimitBytes: engineMemoryBytes - beyondDuckdbBytes,
      threads: options.threads,
      temporaryDirectory: join(places.run, 'engine-spill'),
      linkDirectory: join(places.tail, 'engine-links'),
      scratchDirectory: join(places.tail, 'engine-writes'),
      lake: options.lake,
      buckets: bucketPlaceOf(options),
      database: 'weir',
      projectDirectory: options.projectDirectory,
      ...(options.project.settings.sql ? { sql: options.project.settings.sql } : {}),
    },
    host: createEngineHost({
      relations: options.relations,
      restrict: restrictedRelations(options.identities),
      pointers: options.pointers,
      isShared: options.isShared,
      followsLog: options.followsLog,
      tailSources: () => workers.tailSources,
      changes: options.changes,
      writes: {
        flush: (table) => flushTable(workers, table),
        turn: (request) => turns.take(request),
        endTurn: async (turn) => turns.end(turn),
        ...governedChanges({ commit: (request) => writer.commit(request), ...options.definitions }, options),
      },
    }),
    onGone: (pid) => turns.endAll(pid),
    runDirectory: places.sockets,
    memoryBytesMax: engineMemoryBytes,
    ...(engineIdleMs === undefined ? {} : { idleMs: engineIdleMs }),
    logs,
    logger: logs.logger,
  })
}

function startOperator(options: ProcessesOptions, memory: MemoryHost): OperatorProcess {
  const { places, logs, threads, workerMemoryBytes } = options
  const config = {
    temporaryDirectory: join(places.tail, 'operator'),
    buckets: bucketPlaceOf(options),
    memoryLimitBytes: workerMemoryBytes - beyondDuckdbBytes,
    threads,
  }
  return runOperator(config, memory, workerMemoryBytes, logs, logs.logger)
}

function bucketPlaceOf({ project, places, projectDirectory }: ProcessesOptions): BucketPlace {
  return { projectDirectory, ...copiesPlaceOf(project.settings.objects, places.root, projectDirectory) }
}
