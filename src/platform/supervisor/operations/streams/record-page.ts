import { asWeirError, WeirError } from '../../../../kernel/errors/weir-error.ts'
import type { KafkaClient } from '../../../../stream/client/kafka-client.ts'
import { offsetsAt, parsePlace, placeForms, readBounds, type Place } from '../../../../stream/reader/place.ts'
import { readNewest } from '../../../../stream/reader/read-newest.ts'
import { readOldest } from '../../../../stream/reader/read-oldest.ts'
import type { ReadRecord } from '../../../../stream/reader/read-record.ts'
import type { PartitionTrouble, RecordsPage, RecordsRequest } from '../../../stream-api/records.ts'
import { existingTopic } from './existing-topic.ts'
import { cursorOf, offsetsIn } from './page-cursor.ts'
import type { RecordShower } from './shown-record.ts'

/** The newest records, or the oldest from a place on. Partitions that cannot be read keep nobody from the others. */
export async function readPage(
  kafka: KafkaClient,
  stream: string,
  request: RecordsRequest,
  show: RecordShower,
): Promise<RecordsPage> {
  const { limit, from, after, isolation, textBytesMax } = request
  await existingTopic(kafka, stream)
  const bounds = await readBounds(kafka, stream, request.partitions, isolation)
  const troubles: PartitionTrouble[] = []
  const common = {
    topic: stream,
    limit,
    isolation,
    onTrouble: (partition: number, error: unknown) => void troubles.push(troubleOf(partition, error)),
  }
  if (from === undefined) {
    const before = after === undefined ? bounds.ends : offsetsIn(after, 1)[0]!
    const page = await readNewest(kafka, { ...common, before, starts: bounds.starts })
    return pageOf(page.records, cursorOf(page.before))
  }
  const place =
    after === undefined ? await offsetsAt(kafka, stream, placeOf('from', from), bounds) : offsetsIn(after, 1)[0]!
  const page = await readOldest(kafka, { ...common, from: place, ends: bounds.ends })
  return pageOf(page.records, cursorOf(page.from))

  async function pageOf(records: readonly ReadRecord[], next: string | null | undefined): Promise<RecordsPage> {
    const items = []
    for (const record of records) items.push(await show(record, textBytesMax))
    return { items, next: next ?? null, troubles }
  }
}

/** WEIR-7007 names the parameter. */
export function placeOf(parameter: string, text: string): Place {
  const place = parsePlace(text, Date.now())
  if (place !== undefined) return place
  throw new WeirError('WEIR-7007', `${parameter} takes ${placeForms}, not "${text}"`)
}

function troubleOf(partition: number, thrown: unknown): PartitionTrouble {
  const { code, message } = asWeirError(thrown)
  return { partition, code, message }
}
