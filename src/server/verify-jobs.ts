import { randomUUID } from 'node:crypto'
import { asWeirError, WeirError } from '../kernel/errors/weir-error.ts'
import type { VerifyOperations, VerifyResult } from '../platform/operations.ts'

export interface VerifyJob {
  readonly id: string
  readonly state: 'running' | 'done' | 'failed'
  readonly progress: { readonly done: number; readonly total: number } | null
  readonly results: readonly VerifyResult[]
  readonly error?: { readonly code: string; readonly message: string }
}

/** Proofs that run longer than a request may: started, asked after, watched. */
export interface VerifyJobs {
  start(deliveries: readonly string[]): VerifyJob
  /** WEIR-7010 when there is none, or when it was long ago. */
  get(id: string): VerifyJob
  subscribe(listener: (job: VerifyJob) => void): () => void
  stop(): void
}

const jobsKept = 50

export function verifyJobs(verifier: VerifyOperations): VerifyJobs {
  const jobs = new Map<string, VerifyJob>()
  const listeners = new Set<(job: VerifyJob) => void>()
  const stopping = new AbortController()

  function update(job: VerifyJob): VerifyJob {
    jobs.set(job.id, job)
    for (const id of jobs.keys()) {
      if (jobs.size <= jobsKept) break
      jobs.delete(id)
    }
    for (const listener of listeners) listener(job)
    return job
  }

  async function run(id: string, deliveries: readonly string[]): Promise<void> {
    let job: VerifyJob = { id, state: 'running', progress: null, results: [] }
    try {
      for (const delivery of deliveries) {
        const progress = (done: number, total: number): void =>
          void (job = update({ ...job, progress: { done, total } }))
        const result = await verifier.verify(delivery, progress, stopping.signal).catch((thrown: unknown) => {
          stopping.signal.throwIfAborted()
          // One that cannot be looked at keeps nobody from looking at the others.
          return { delivery, verdict: 'cannot tell' as const, detail: asWeirError(thrown).message, seconds: 0 }
        })
        job = update({ ...job, results: [...job.results, result] })
      }
      update({ ...job, state: 'done' })
    } catch (thrown) {
      const { code, message } = asWeirError(thrown)
      update({ ...job, state: 'failed', error: { code, message } })
    }
  }

  return {
    start(deliveries) {
      const id = randomUUID()
      const job = update({ id, state: 'running', progress: null, results: [] })
      void run(id, deliveries)
      return job
    },
    get(id) {
      const job = jobs.get(id)
      if (job) return job
      throw new WeirError('WEIR-7010', `there is no verification ${id}. Start one with POST /api/v1/verify`)
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop: () => stopping.abort(),
  }
}
