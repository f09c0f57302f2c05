import { Link } from '@tanstack/react-router'
import type { DeadLetter } from '../api/answers.ts'
import { Command } from '../parts/command.tsx'
import { offsetsBefore } from '../parts/around.ts'
import { formatTime } from '../parts/format.ts'
import { RecordDetail } from '../parts/record-detail.tsx'
import { VirtualGrid, type GridColumn } from '../parts/virtual-grid.tsx'
import { shell } from '../parts/shell.ts'

const columns: readonly GridColumn<DeadLetter>[] = [
  { name: 'Partition', width: 88, number: true, cell: ({ partition }) => partition },
  { name: 'Offset', width: 90, number: true, cell: ({ offset }) => offset },
  { name: 'Timestamp', width: 180, cell: ({ timestamp }) => formatTime(timestamp) },
  { name: 'Code', width: 104, cell: ({ code }) => <code>{code}</code> },
  { name: 'Reason', width: 320, cell: ({ reason }) => <span title={reason}>{reason}</span> },
  { name: 'Value', width: 240, grows: true, cell: ({ value }) => <code>{value.slice(0, 300)}</code> },
]

/** Records that did not fit, to be marked for a replay; the one looked at in full, with its neighbours in the stream. */
export function LetterGrid(props: {
  readonly letters: readonly DeadLetter[]
  readonly stream: string | undefined
  readonly isChosen: (letter: DeadLetter) => boolean
  readonly onToggle: (letter: DeadLetter) => void
  readonly onEnd: () => void
}) {
  const { letters, stream, isChosen, onToggle, onEnd } = props
  const mark: GridColumn<DeadLetter> = {
    name: 'Chosen',
    width: 76,
    cell: (letter) => (
      <input
        type="checkbox"
        tabIndex={-1}
        checked={isChosen(letter)}
        aria-label={`Choose partition ${letter.partition}, offset ${letter.offset}`}
        onChange={() => onToggle(letter)}
      />
    ),
  }
  return (
    <VirtualGrid
      label="Dead letters"
      rows={letters}
      columns={[mark, ...columns]}
      height={460}
      onMark={onToggle}
      onEnd={onEnd}
      detail={({ partition, offset, reason, code, value }) => (
        <RecordDetail title={`Partition ${partition}, offset ${offset}`} value={value}>
          <p>{reason}</p>
          <div className="row">
            <Command>{shell`weir explain ${code}`}</Command>
            {stream === undefined ? null : (
              <Link
                to="/resources/$kind/$name"
                params={{ kind: 'stream', name: stream }}
                search={{ tab: 'Data', partition: String(partition), offset: offsetsBefore(offset) }}
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
