import { openKafkaSource, type HolesOf } from '../../../delivery/kafka-source.ts'
import type { Ledger } from '../../../delivery/ledger/ledger.ts'
import { readLedger } from '../../../delivery/ledger/read-ledger.ts'
import type { RecordSource } from '../../../delivery/record-source.ts'
import { openLakeTable } from '../../../delivery/table/lake-table.ts'
import type { CatalogClient } from '../../../lake/client/catalog-client.ts'
import type { ObjectStore } from '../../../storage/objects/object-store.ts'
import type { KafkaClient } from '../../../stream/client/kafka-client.ts'
import type { DeliveryChildConfig } from '../../children/child-methods.ts'

export interface LedgerReaderParts {
  readonly kafka: () => Promise<KafkaClient>
  readonly catalog: CatalogClient
  readonly objects: ObjectStore
  readonly holesOf: HolesOf
}

/** Reads a delivery's ledger: a state file and the ends of a topic, light enough for the supervisor. */
export function createLedgerReader({
  kafka,
  catalog,
  objects,
  holesOf,
}: LedgerReaderParts): (config: DeliveryChildConfig) => Promise<Ledger> {
  return async ({ table, topic }) => {
    const [namespace = '', name = ''] = table.split('.')
    const opened = openLakeTable({ namespace: [namespace], name }, { catalog, store: objects })
    const source = await openSource(kafka, topic, holesOf)
    return readLedger(opened, source?.source ?? null, source?.partitions ?? [])
  }
}

/** Null when the stream is gone or the log does not answer: then what is pending cannot be told. */
async function openSource(
  kafka: () => Promise<KafkaClient>,
  topic: string,
  holesOf: HolesOf,
): Promise<{ readonly source: RecordSource; readonly partitions: readonly number[] } | null> {
  try {
    const client = await kafka()
    const [described] = await client.topics.describe([topic])
    if (!described) return null
    return {
      source: await openKafkaSource(client, topic, holesOf),
      partitions: described.partitions.map(({ partition }) => partition),
    }
  } catch {
    return null
  }
}
