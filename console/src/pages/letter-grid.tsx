import { Link } from '@tanstack/react-router'
import type { DeadLetter } from '../api/types.ts'
import { Command } from '../parts/command.tsx'
import { formatTime } from '../parts/format.ts'
import { RecordDetail } from '../parts/record-detail.tsx'
import { VirtualGrid, type GridColumn } from '../parts/virtual-grid.tsx'

const columns: readonly GridColumn<DeadLetter>[] = [
  { name: 'Partition', width: 90, number: true, cell: ({ partition }) => partition },
  { name: 'Offset', width: 100, number: true, cell: ({ offset }) => offset },
  { name: 'Timestamp', width: 190, cell: ({ timestamp }) => formatTime(timestamp) },
  { name: 'Code', width: 110, cell: ({ code }) => <code>{code}</code> },
  { name: 'Reason', width: 340, cell: ({ reason }) => <span title={reason}>{reason}</span> },
  { name: 'Value', width: 240, grows: true, cell: ({ value }) => <code>{value.slice(0, 300)}</code> },
]

/** Records that did not fit; the chosen one in full, with its neighbours in the stream. */
export function LetterGrid(props: { readonly letters: readonly DeadLetter[]; readonly stream: string | undefined }) {
  const { letters, stream } = props
  return (
    <VirtualGrid
      label="Dead letters"
      rows={letters}
      columns={columns}
      height={460}
      detail={({ partition, offset, reason, code, value }) => (
        <RecordDetail title={`Partition ${partition}, offset ${offset}`} value={value}>
          <p>{reason}</p>
          <div className="row">
            <Command>{`weir explain ${code}`}</Command>
            {stream === undefined ? null : (
              <Link
                to="/resources/$kind/$name"
                params={{ kind: 'stream', name: stream }}
                search={{ tab: 'Data', partition: String(partition), offset: around(offset) }}
              >
                the records around it
              </Link>
            )}
          </div>
        </RecordDetail>
      )}
    />
  )
}

const neighbours = 5n

function around(offset: string): string {
  const at = BigInt(offset)
  return String(at > neighbours ? at - neighbours : 0n)
}
