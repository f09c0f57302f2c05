import { join } from 'node:path'
import { WeirError } from '../kernel/errors/weir-error.ts'
import { readEndpoints } from '../platform/supervisor/endpoints.ts'
import { connectWeir } from './weir-client.ts'

/**
 * Does the work while nobody removes files of tables. A Weir that runs holds its maintenance for as long as we are
 * connected; where none runs, none starts meanwhile, for the data directory is ours. WEIR-2012 when Weir ended in between.
 */
export async function whileMaintenanceRests<Result>(
  directory: string,
  data: string,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!readEndpoints(data)) return whileStopped(data, work)
  const hold = new AbortController()
  const events = connectWeir(directory).stream('/api/v1/maintenance/hold', {}, hold.signal)[Symbol.asyncIterator]()
  const first = await events.next()
  if (first.done === true) throw ended()
  let isHeld = true
  const loseHold = (): void => void (isHeld = false)
  void events.next().then(loseHold, loseHold)
  try {
    const result = await work()
    if (!isHeld) throw ended()
    return result
  } finally {
    hold.abort()
  }
}

async function whileStopped<Result>(data: string, work: () => Promise<Result>): Promise<Result> {
  const { acquireLock } = await import('../kernel/lock.ts')
  const lock = acquireLock(join(data, 'supervisor.lock'), data)
  try {
    return await work()
  } finally {
    lock.release()
  }
}

function ended(): WeirError {
  return new WeirError('WEIR-2012', 'Weir ended while the backup was taken, so it may lack files. Take it again')
}
