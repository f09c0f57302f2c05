import { Link } from '@tanstack/react-router'
import { useStreamFigures, useSubjects } from '../../api/streams.ts'
import type { StreamFigures } from '../../api/answers.ts'
import { formatBytes, formatCount, formatRate } from '../../parts/format.ts'
import { ErrorNotice, Figure, Loading } from '../../parts/notice.tsx'
import { shell } from '../../parts/shell.ts'

/** Live figures of a stream, what is wrong with it, and the schemas of its records. */
export function StreamOverview({ name }: { readonly name: string }) {
  const figures = useStreamFigures(name)
  if (figures.isLoadingError) return <ErrorNotice error={figures.error} retry={() => void figures.refetch()} />
  if (!figures.data) return <Loading height={98} />
  return (
    <>
      <Figures of={figures.data} at={figures.dataUpdatedAt} />
      {figures.data.troubles.map((trouble) => (
        <p key={trouble} className="state" data-tone="failed" role="alert">
          ✕ {trouble}
        </p>
      ))}
      <Subjects name={name} />
    </>
  )
}

function Figures({ of, at }: { readonly of: StreamFigures; readonly at: number }) {
  const { name, records, partitions, bytes, segments, rate } = of
  const [counted, listed] = ['counted by the log, last second', shell`weir stream describe ${name}`]
  return (
    <div className="cards">
      <Figure
        label="Produced"
        value={rate === null ? 'not known' : formatRate(rate.recordsIn)}
        source={counted}
        at={at}
        note={rate === null ? undefined : `${formatBytes(rate.bytesIn)}/s`}
      />
      <Figure
        label="Fetched"
        value={rate === null ? 'not known' : formatRate(rate.recordsOut)}
        source={counted}
        at={at}
        note={rate === null ? undefined : `${formatBytes(rate.bytesOut)}/s`}
      />
      <Figure
        label="Records kept"
        value={formatCount(records)}
        source={listed}
        at={at}
        note={
          <Link to="/resources/$kind/$name" params={{ kind: 'stream', name }} search={{ tab: 'Data' }}>
            look at them
          </Link>
        }
      />
      <Figure
        label="Size"
        value={bytes === null ? 'not known' : formatBytes(Number(bytes))}
        source={listed}
        at={at}
        note={segments === null ? undefined : `${formatCount(segments)} ${segments === 1 ? 'segment' : 'segments'}`}
      />
      <Figure
        label="Partitions"
        value={formatCount(partitions)}
        source={listed}
        at={at}
        note={
          <Link to="/resources/$kind/$name" params={{ kind: 'stream', name }} search={{ tab: 'Partitions' }}>
            each partition
          </Link>
        }
      />
    </div>
  )
}

function Subjects({ name }: { readonly name: string }) {
  const subjects = useSubjects(name)
  if (!subjects.data || subjects.data.length === 0) return null
  return (
    <section className="card scroll" tabIndex={0} aria-label="Schemas">
      <h2>Schemas</h2>
      <table>
        <thead>
          <tr>
            <th>Subject</th>
            <th>Of the</th>
            <th>Type</th>
            <th className="number">Latest version</th>
            <th className="number">Id</th>
          </tr>
        </thead>
        <tbody>
          {subjects.data.map(({ subject, part, type, version, id }) => (
            <tr key={subject}>
              <td className="mono">{subject}</td>
              <td>{part}</td>
              <td>{type}</td>
              <td className="number">{version}</td>
              <td className="number">{id}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
