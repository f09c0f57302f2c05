import type { MaintenanceTurn } from '../../api/answers.ts'
import { Ago } from '../../parts/age.tsx'
import { useNow } from '../../parts/clock.ts'
import { formatAge, formatCount, formatTime } from '../../parts/format.ts'

/** The last and the next turn of each task. */
export function MaintenanceTurns(props: {
  readonly tasks: readonly MaintenanceTurn[]
  /** Undefined where the reader may not. */
  readonly onRun: ((task: MaintenanceTurn['task']) => void) | undefined
}) {
  const { tasks, onRun } = props
  return (
    <section className="card scroll" tabIndex={0} aria-label="Tasks">
      <table>
        <thead>
          <tr>
            <th>Task</th>
            <th>State</th>
            <th>Last turn</th>
            <th>Next turn</th>
            <th>Every</th>
            <th className="number">Runs</th>
            {onRun === undefined ? null : <th>Now</th>}
          </tr>
        </thead>
        <tbody>
          {tasks.map((turn) => (
            <tr key={turn.task}>
              <td>
                {turn.task}
                <div className="note">{turn.purpose}</div>
              </td>
              <td>
                <TurnState of={turn} />
              </td>
              <td>{turn.last === null ? <span className="quiet">not yet</span> : <Ago at={turn.last.at} />}</td>
              <td>
                <Next at={turn.nextAt} />
              </td>
              <td>{turn.everyMs === null ? 'never by itself' : formatAge(turn.everyMs)}</td>
              <td className="number">{formatCount(turn.totals?.runs ?? 0)}</td>
              {onRun === undefined ? null : (
                <td>
                  <button type="button" aria-label={`Run now … ${turn.task}`} onClick={() => onRun(turn.task)}>
                    Run now …
                  </button>
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function TurnState({ of: { workingSince, last } }: { readonly of: MaintenanceTurn }) {
  if (workingSince !== null)
    return (
      <span className="state" data-tone="working">
        ◔ at work since {formatTime(workingSince)}
      </span>
    )
  if (last?.error != null)
    return (
      <span className="state" data-tone="failed">
        ✕ {last.error}
      </span>
    )
  return (
    <span className="state" data-tone="ok">
      ● well
    </span>
  )
}

function Next({ at }: { readonly at: string | null }) {
  const now = useNow()
  if (at === null) return <span className="quiet">never by itself</span>
  const ms = Date.parse(at) - now
  return (
    <time dateTime={at} title={formatTime(at)}>
      {ms <= 0 ? 'now' : `in ${formatAge(ms)}`}
    </time>
  )
}
