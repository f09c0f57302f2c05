import { verifyDelivery } from '../../delivery/ledger/verify-delivery.ts'
import { readDeadLetters } from '../../delivery/letters/read-letters.ts'
import { replayDeadLetters } from '../../delivery/letters/replay-letters.ts'
import type { OperatorPorts } from '../../delivery/operate/operator-ports.ts'
import { resumeDelivery } from '../../delivery/operate/resume-delivery.ts'
import type { LakeTable } from '../../delivery/table/lake-table.ts'
import type { TableView } from '../../delivery/table/delivery-table.ts'
import type { Channel } from '../../kernel/channel.ts'
import { csvDecoder } from '../../record/csv/csv-decoder.ts'
import type { Duckdb } from '../../sql/duckdb/duckdb.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import type { LakePlace } from '../lake/lake-place.ts'
import type { DeliveryPlace, OperatorHost, OperatorMethods } from './child-methods.ts'
import { memoryBehind } from './delivery-memory.ts'
import { openDeliveryPlace } from './open-delivery-place.ts'

type Params<Name extends keyof OperatorMethods> = Parameters<OperatorMethods[Name]>[0]

export interface DeliveriesPlace {
  readonly host: Channel<OperatorHost>
  readonly folder: string
  readonly duckdb: () => Promise<Duckdb>
  readonly openStore: (place: LakePlace) => Promise<ObjectStore>
}

/** What people ask of deliveries: proof, dead letters, answers to a delivery that has stopped. */
export function operateDeliveries({ host, folder, duckdb, openStore }: DeliveriesPlace) {
  async function on<Result>(place: DeliveryPlace, work: (ports: OperatorPorts) => Promise<Result>): Promise<Result> {
    const store = await openStore(place.config.lake)
    const ends = await openDeliveryPlace(place.config, store, (source) => host.call('holes', { source }))
    const connection = await (await duckdb()).connect()
    try {
      await connection.run(`SET TimeZone = 'UTC'`)
      const memory = memoryBehind(host, place.config)
      const keyed = keyedOperation(place.config, ends.table)
      const { table, source } = ends
      return await work({ table, source, memory, connection, folder, ...(keyed ? { keyed } : {}) })
    } finally {
      connection.closeSync()
      await ends.close()
    }
  }
  return {
    verify: (params: Params<'verify'>) =>
      on(params, (ports) =>
        verifyDelivery(ports, ({ done, total }) => {
          // Only shown: what does not arrive is not missed.
          host.call('progress', { job: params.job, done, total }).catch(() => undefined)
        }),
      ),
    letters: (params: Params<'letters'>) =>
      on(params, ({ table }) => readDeadLetters(table, params.filter, { limit: params.limit, after: params.after })),
    replay: (params: Params<'replay'>) => on(params, (ports) => replayDeadLetters(ports, params.config, params.filter)),
    resume: (params: Params<'resume'>) =>
      on(params, async (ports) => ({ snapshotId: await resumeDelivery(ports, params.choice) })),
  }
}

function keyedOperation(
  { key: plan, keysDirectory, format, csv }: DeliveryPlace['config'],
  { rowChanges: rows }: LakeTable,
): OperatorPorts['keyed'] {
  if (!plan || keysDirectory === undefined) return undefined
  const decodeFor = (view: TableView) => (format === 'csv' ? csvDecoder(view.schema, csv) : undefined)
  return { plan, rows, keysDirectory, decodeFor }
}
