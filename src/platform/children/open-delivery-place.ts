import { openKafkaSource, type HolesOf } from '../../delivery/kafka-source.ts'
import type { RecordSource } from '../../delivery/record-source.ts'
import { openLakeTable, type LakeTable } from '../../delivery/table/lake-table.ts'
import { asWeirError } from '../../kernel/errors/weir-error.ts'
import { connectCatalog } from '../../lake/client/connect-catalog.ts'
import type { ObjectStore } from '../../storage/objects/object-store.ts'
import { openKafka } from '../streams/open-kafka.ts'
import type { DeliveryChildConfig } from './child-methods.ts'

export interface OpenDeliveryPlace {
  /** Null when there is no such stream: what was delivered can still be proven and looked at. */
  readonly source: RecordSource | null
  readonly table: LakeTable
  close(): Promise<void>
}

/** The two ends of a delivery: its topic by the Kafka protocol, its table by the catalog's REST interface, its files in `store`. */
export async function openDeliveryPlace(
  config: DeliveryChildConfig,
  store: ObjectStore,
  holesOf: HolesOf,
): Promise<OpenDeliveryPlace> {
  const { catalogUri, catalogToken, topic, delivery } = config
  const catalog = connectCatalog({ uri: catalogUri, ...(catalogToken === undefined ? {} : { token: catalogToken }) })
  const [namespace, name] = splitTable(config.table)
  const table = openLakeTable({ namespace: [namespace], name }, { catalog, store })
  const kafka = await openKafka(config.kafka, { clientId: `weir-delivery-${delivery}` })
  const source = await openKafkaSource(kafka, topic, holesOf).catch((thrown: unknown) => {
    if (asWeirError(thrown).code === 'WEIR-5013') return null
    throw thrown
  })
  return {
    source,
    table,
    async close() {
      await source?.close()
      await kafka.close()
    },
  }
}

function splitTable(table: string): readonly [namespace: string, name: string] {
  const dot = table.indexOf('.')
  return [table.slice(0, dot), table.slice(dot + 1)]
}
