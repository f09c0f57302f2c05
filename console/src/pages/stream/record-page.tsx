import { Link, useNavigate, useParams } from '@tanstack/react-router'
import type { RecordDetail } from '../../api/answers.ts'
import { recordPath, useRecord } from '../../api/streams.ts'
import { Command } from '../../parts/command.tsx'
import { useCopy } from '../../parts/copy.ts'
import { formatBytes, formatTime } from '../../parts/format.ts'
import { ErrorNotice, Loading } from '../../parts/notice.tsx'
import { Page } from '../../parts/page.tsx'
import { DatumView } from './datum.tsx'
import { RecordHeaders } from './record-headers.tsx'
import { shell } from '../../parts/shell.ts'

/** One record with everything; its address can be sent to somebody. */
export function RecordPage() {
  const params = useParams({ from: '/resources/stream/$name/records/$partition/$offset' })
  const { name, partition, offset } = params
  const record = useRecord(name, partition, offset)
  const title = `${name}, partition ${partition}, offset ${offset}`
  return (
    <Page
      title={title}
      aside={
        <span className="push">
          <Command>{shell`weir stream tail ${name} --from ${offset} -p ${partition} -n 1 --json`}</Command>
        </span>
      }
    >
      <RecordWays {...params} record={record.data} />
      {record.isLoadingError ? (
        <ErrorNotice error={record.error} retry={() => void record.refetch()} />
      ) : record.data ? (
        <RecordBody name={name} record={record.data} />
      ) : (
        <Loading height={420} />
      )}
    </Page>
  )
}

/** To the records beside it and around it, and out of here with its address. */
function RecordWays(props: {
  readonly name: string
  readonly partition: string
  readonly offset: string
  readonly record: RecordDetail | undefined
}) {
  const { name, partition, offset, record } = props
  const navigate = useNavigate()
  const open = (to: string | null | undefined): void => {
    if (typeof to === 'string')
      void navigate({
        to: '/resources/stream/$name/records/$partition/$offset',
        params: { name, partition, offset: to },
      })
  }
  return (
    <nav className="row" aria-label="Records beside it">
      <button type="button" disabled={typeof record?.previous !== 'string'} onClick={() => open(record?.previous)}>
        ← Previous
      </button>
      <button type="button" disabled={typeof record?.next !== 'string'} onClick={() => open(record?.next)}>
        Next →
      </button>
      <Link
        to="/resources/$kind/$name"
        params={{ kind: 'stream', name }}
        search={{ tab: 'Data', partition, from: offset }}
      >
        the records from here on
      </Link>
      <CopyLink />
    </nav>
  )
}

function CopyLink() {
  const { state, copy } = useCopy(location.href)
  return (
    <button type="button" onClick={copy}>
      {{ idle: 'Copy the link', copied: '✓ Copied', refused: '✕ Not copied' }[state]}
    </button>
  )
}

const visibilities: Readonly<Record<RecordDetail['visibility'], readonly [tone: string, words: string]>> = {
  committed: ['ok', '● committed'],
  'open transaction': ['working', '◔ its transaction is open: consumers of committed records wait'],
  aborted: ['warning', '▲ its transaction was aborted: consumers of committed records pass it over'],
}

function RecordBody({ name, record }: { readonly name: string; readonly record: RecordDetail }) {
  const { partition, offset, timestamp, timestampType, bytes, transactional, visibility, batch } = record
  const path = recordPath(name, partition, offset)
  const [tone, words] = visibilities[visibility]
  return (
    <>
      <section className="card" aria-label="Facts">
        <dl className="facts">
          <dt>timestamp</dt>
          <dd>
            {formatTime(timestamp)} <span className="quiet">{`${timestamp}, ${timestampType}`}</span>
          </dd>
          <dt>size</dt>
          <dd>{formatBytes(bytes)}</dd>
          {transactional ? (
            <>
              <dt>transaction</dt>
              <dd>
                <span className="state" data-tone={tone}>
                  {words}
                </span>
              </dd>
            </>
          ) : null}
          <dt>batch</dt>
          <dd>
            from offset {batch.baseOffset}, {batch.records} {batch.records === 1 ? 'record' : 'records'},{' '}
            {formatBytes(batch.bytes)}, compression {batch.compression}
          </dd>
          <dt>producer</dt>
          <dd>{batch.producerId === null ? 'not idempotent' : `id ${batch.producerId}`}</dd>
          <dt>leader epoch</dt>
          <dd>{batch.leaderEpoch < 0 ? 'not known' : batch.leaderEpoch}</dd>
        </dl>
        <RecordHeaders of={record.headers} />
      </section>
      <section className="card" aria-label="Key">
        <h2>Key</h2>
        {record.key === null ? (
          <p className="nil">none</p>
        ) : (
          <DatumView of={record.key} href={`${path}/key`} name="key" />
        )}
      </section>
      <section className="card" aria-label="Value">
        <h2>Value</h2>
        {record.value === null ? (
          <p className="nil">null, a tombstone</p>
        ) : (
          <DatumView of={record.value} href={`${path}/value`} name="value" />
        )}
      </section>
    </>
  )
}
