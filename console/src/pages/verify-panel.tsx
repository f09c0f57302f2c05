import { useEffect, useState } from 'react'
import type { VerifyJob } from '../api/answers.ts'
import { call } from '../api/client.ts'
import { Command } from '../parts/command.tsx'
import { ErrorNotice } from '../parts/notice.tsx'

const words = {
  yes: ['ok', '✓ proven'],
  no: ['failed', '✕ does not hold'],
  'cannot tell': ['warning', '▲ cannot tell'],
} as const

/** Recounts from the data itself, and shows the proof. */
export function VerifyPanel({ deliveries }: { readonly deliveries: readonly string[] }) {
  const [job, setJob] = useState<VerifyJob>()
  const [error, setError] = useState<unknown>()
  const running = job?.state === 'running'

  const start = (): void => {
    setError(undefined)
    call<VerifyJob>('POST', '/api/v1/verify', { deliveries }).then(setJob, setError)
  }
  useEffect(() => {
    if (!running) return
    const timer = setInterval(() => void call<VerifyJob>('GET', `/api/v1/verify/${job.id}`).then(setJob, setError), 300)
    return () => clearInterval(timer)
  }, [running, job?.id])

  return (
    <section className="card">
      <div className="row">
        <h2>Proof</h2>
        <span className="quiet">Recounts every delivery from the data itself.</span>
        <button type="button" className="primary" onClick={start} disabled={running}>
          Verify against the data
        </button>
        <Command>weir verify</Command>
      </div>
      {running ? <progress aria-label="Verifying" max={job.progress?.total ?? 1} value={job.progress?.done} /> : null}
      {error ? <ErrorNotice error={error} retry={start} /> : null}
      {job?.error ? <ErrorNotice error={job.error.message} retry={start} /> : null}
      {job && job.results.length > 0 ? (
        <table>
          <tbody>
            {job.results.map(({ delivery, verdict, detail, seconds }) => (
              <tr key={delivery}>
                <td>{delivery}</td>
                <td>
                  <span className="state" data-tone={words[verdict][0]}>
                    {words[verdict][1]}
                  </span>
                </td>
                <td>{detail}</td>
                <td className="number">{seconds.toFixed(1)} s</td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : null}
    </section>
  )
}
