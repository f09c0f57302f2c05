import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { WeirError } from '../kernel/errors/weir-error.ts'
import { dataDirectoryOf } from '../platform/project/data-place.ts'
import { readEndpoints, type OwnEndpoints } from '../platform/supervisor/endpoints.ts'

/** Where the Weir of this project answers; WEIR-2007 when none runs. */
export function mustRun(projectDirectory: string): OwnEndpoints {
  const dataDirectory = dataDirectoryOf(projectDirectory)
  const endpoints = readEndpoints(dataDirectory)
  if (endpoints) return endpoints
  const hint = existsSync(join(projectDirectory, 'weir.config.ts')) ? '' : ' (there is no weir.config.ts either)'
  throw new WeirError(
    'WEIR-2007',
    `Weir is not running on ${projectDirectory}, whose data would lie in ${dataDirectory}${hint}. Start it with weir up, or use --dir, and --data where its data directory is another`,
  )
}
