import { Link } from '@tanstack/react-router'
import type { StreamRecord } from '../../api/answers.ts'
import { recordPath } from '../../api/streams.ts'
import { formatBytes, formatTime } from '../../parts/format.ts'
import { VirtualGrid, type GridColumn } from '../../parts/virtual-grid.tsx'
import { DatumCell, DatumView } from './datum.tsx'
import { RecordHeaders } from './record-headers.tsx'

const columns: readonly GridColumn<StreamRecord>[] = [
  { name: 'Partition', width: 88, number: true, cell: ({ partition }) => partition },
  { name: 'Offset', width: 90, number: true, cell: ({ offset }) => offset },
  {
    name: 'Timestamp',
    width: 180,
    cell: ({ timestamp, timestampType }) => <span title={timestampType}>{formatTime(timestamp)}</span>,
  },
  { name: 'Size', width: 72, number: true, cell: ({ bytes }) => formatBytes(bytes) },
  { name: 'Key', width: 130, cell: ({ key }) => <DatumCell of={key} absent="none" /> },
  { name: 'Headers', width: 80, number: true, cell: ({ headers }) => (headers.length === 0 ? '' : headers.length) },
  { name: 'Value', width: 330, grows: true, cell: ({ value }) => <DatumCell of={value} absent="null, a tombstone" /> },
]

/** Records in lines; the chosen one below, with the way to its own page. */
export function RecordGrid(props: {
  readonly name: string
  readonly records: readonly StreamRecord[]
  readonly onEnd?: () => void
}) {
  const { name, records, onEnd } = props
  return (
    <VirtualGrid
      label={`Records of ${name}`}
      rows={records}
      columns={columns}
      height={480}
      keyOf={keyOf}
      {...(onEnd ? { onEnd } : {})}
      detail={(record) => <ChosenRecord name={name} record={record} />}
    />
  )
}

function ChosenRecord({ name, record }: { readonly name: string; readonly record: StreamRecord }) {
  const { partition, offset, key, value, headers } = record
  const path = recordPath(name, partition, offset)
  return (
    <>
      <div className="row">
        <h2>
          Partition {partition}, offset {offset}
        </h2>
        <Link
          to="/resources/stream/$name/records/$partition/$offset"
          params={{ name, partition: String(partition), offset }}
        >
          Open the record
        </Link>
      </div>
      <RecordHeaders of={headers} />
      <h3>Key</h3>
      {key === null ? <p className="nil">none</p> : <DatumView of={key} href={`${path}/key`} name="key" />}
      <h3>Value</h3>
      {value === null ? (
        <p className="nil">null, a tombstone</p>
      ) : (
        <DatumView of={value} href={`${path}/value`} name="value" />
      )}
    </>
  )
}

function keyOf({ partition, offset }: StreamRecord): string {
  return `${partition}/${offset}`
}
