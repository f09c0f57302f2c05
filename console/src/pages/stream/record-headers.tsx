import type { StreamRecord } from '../../api/answers.ts'
import { DatumCell } from './datum.tsx'

/** In their order; names may repeat. */
export function RecordHeaders({ of }: { readonly of: StreamRecord['headers'] }) {
  if (of.length === 0) return null
  return (
    <>
      <h3>Headers</h3>
      <dl className="facts">
        {of.map(({ key, value }, at) => (
          // oxlint-disable-next-line react/no-array-index-key
          <div key={`${at} ${key}`} style={{ display: 'contents' }}>
            <dt>{key}</dt>
            <dd>
              <DatumCell of={value} absent="null" />
            </dd>
          </div>
        ))}
      </dl>
    </>
  )
}
