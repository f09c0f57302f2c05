import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { lastHolder } from '../kernel/lock.ts'
import { WeirError } from '../kernel/errors/weir-error.ts'
import { dataDirectoryOf } from '../platform/project/data-place.ts'
import { isAlive, readEndpoints, type OwnEndpoints } from '../platform/supervisor/endpoints.ts'

/** Where the Weir of this project answers; WEIR-2007 when none runs. */
export function mustRun(projectDirectory: string): OwnEndpoints {
  const dataDirectory = dataDirectoryOf(projectDirectory)
  const endpoints = readEndpoints(dataDirectory)
  if (endpoints) return endpoints
  const hint = existsSync(join(projectDirectory, 'weir.config.ts')) ? '' : ' (there is no weir.config.ts either)'
  const holder = lastHolder(join(dataDirectory, 'supervisor.lock'))
  if (holder && isAlive(holder.pid))
    throw new WeirError(
      'WEIR-2007',
      `Weir is not ready on ${projectDirectory}: process ${holder.pid}, which took ${dataDirectory} at ${holder.since}, is starting or stopping. Try again when weir up has printed its addresses`,
    )
  throw new WeirError(
    'WEIR-2007',
    `Weir is not running on ${projectDirectory}, whose data would lie in ${dataDirectory}${hint}. Start it with weir up, or use --dir, and --data where its data directory is another`,
  )
}
