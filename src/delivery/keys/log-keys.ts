import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { randomUUID } from 'node:crypto'
import type { DuckDBConnection } from '@duckdb/node-api'
import { duckdbType, identifier, literal } from '../../lake/types/duckdb-type.ts'
import type { IcebergType } from '../../lake/types/type.ts'
import { sourceColumns } from '../../record/delivery-state.ts'
import { JsonLines } from '../../record/json/json-lines.ts'
import { compileScanPlan } from '../../record/json/scan-plan.ts'
import { BatchFeed, type Decode } from '../block/batch-feed.ts'
import { LineBlock } from '../block/line-block.ts'
import type { RecordSource, SourceAnswer } from '../record-source.ts'
import type { TableView } from '../table/delivery-table.ts'
import { parseBlock } from '../tail/parse-block.ts'
import { deleteReader } from './read-delete.ts'
import { keyFields, type KeyPlan } from './table-key.ts'

export interface LogKeysPorts {
  readonly source: RecordSource
  readonly connection: DuckDBConnection
  readonly folder: string
  readonly plan: KeyPlan
  readonly decode: Decode | undefined
}

/** Records of one partition, `[from, to)`, less those at `without`: dead letters. */
export interface LogRange {
  readonly partition: number
  readonly from: number
  readonly to: number
  readonly without: ReadonlySet<string>
}

const bytesMax = 8 * 1024 * 1024
/** Fetches that are put off until the partition counts as one that does not answer. */
const putOffMax = 40

/** An empty table for the keys of records, of this connection: the key columns, `_source_partition`, `_offset`, `_deleted`. */
export async function createKeysTable(connection: DuckDBConnection, view: TableView, plan: KeyPlan): Promise<string> {
  const table = `keys_${randomUUID().replaceAll('-', '')}`
  const { types } = keyShape(view, plan)
  await connection.run(
    `CREATE TEMP TABLE ${table} (${types}, _source_partition INTEGER, _offset BIGINT, _deleted BOOLEAN)`,
  )
  return table
}

/**
 * The keys that the stream has in a range, read as the delivery reads them, into a table of `createKeysTable`. Of a record only its
 * key counts: whether the rest fits was decided when it was delivered. Gives the offset up to which the log could be read.
 */
export async function readLogKeys(
  ports: LogKeysPorts,
  view: TableView,
  range: LogRange,
  table: string,
): Promise<number> {
  const { source, decode, plan } = ports
  const { fields } = keyShape(view, plan)
  const scan = compileScanPlan({ fields }, { marker: plan.deletes.marker?.field })
  const deletes = deleteReader(fields, plan.deletes)
  const keyPlan = compileScanPlan({ fields })
  const newBlock = (): LineBlock => new LineBlock(() => new JsonLines(scan, bytesMax * 4, true, keyPlan))
  let at = range.from
  while (at < range.to) {
    const answer = await fetchAt(source, range.partition, at)
    if (!answer) return at
    // Compaction may leave nothing up to the end.
    if (answer.records.length === 0) return range.to
    const feed = new BatchFeed(range.partition, answer.records, at, source.id, {
      decode,
      deletes,
      aborted: answer.aborted,
    })
    let block = newBlock()
    for (let fed = feed.feed(block, false, 0); fed.kind !== 'done'; fed = feed.feed(block, false, 0)) {
      if (fed.kind !== 'full') continue
      await takeBlock(ports, view, block, range, table)
      block = newBlock()
    }
    await takeBlock(ports, view, block, range, table)
    if (feed.position <= at) return at
    at = feed.position
  }
  return range.to
}

type Fetched = Extract<SourceAnswer, { readonly kind: 'records' }>

async function fetchAt(source: RecordSource, partition: number, offset: number): Promise<Fetched | undefined> {
  for (let putOff = 0; putOff < putOffMax; putOff++) {
    const [answer] = await source.fetch({ partitions: [{ partition, offset }], waitMs: 0, bytesMax })
    if (answer?.kind !== 'records') return undefined
    if (!answer.isPutOff) return answer
  }
  return undefined
}

async function takeBlock(
  { connection, folder, source, plan }: LogKeysPorts,
  view: TableView,
  { lines }: LineBlock,
  { to, without }: LogRange,
  table: string,
): Promise<void> {
  if (lines.rows === 0) return
  const name = `keys-${randomUUID()}`
  const linesFile = join(folder, `${name}.lines`)
  const { schema, names } = keyShape(view, plan)
  const request = { connection, folder, name, linesFile, source: source.id, view: { ...view, schema } }
  const { segments } = await parseBlock({
    ...request,
    lines: lines.bytes,
    longestLine: lines.longest,
    bulk: false,
    deletes: plan.deletes,
  }).finally(() => rm(linesFile, { force: true }))
  for (const { path } of segments) {
    const letters = without.size === 0 ? '' : `AND _offset NOT IN (${[...without].join(', ')})`
    await connection.run(
      `INSERT INTO ${table} SELECT ${names}, _source_partition, _offset, _deleted FROM read_parquet(${literal(path)})
       WHERE _offset < ${to} ${letters}`,
    )
    await rm(path, { force: true })
  }
}

function keyShape(view: TableView, plan: KeyPlan) {
  const fields = keyFields(view.schema, plan.columns)
  const own = view.schema.fields.filter(({ name }) => (sourceColumns as readonly string[]).includes(name))
  const names = fields.map(({ name }) => identifier(name)).join(', ')
  const types = fields.map(({ name, type }) => `${identifier(name)} ${duckdbType(type as IcebergType)}`).join(', ')
  return { fields, names, types, schema: { fields: [...fields, ...own] } }
}
