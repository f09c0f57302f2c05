import { WeirError } from '../../kernel/errors/weir-error.ts'

/** WEIR-3009 for `checkpoints.json` of a log that is not new. */
export function lostCheckpoints(directory: string, how: 'damaged' | 'missing'): WeirError {
  return lost(
    `${directory}/checkpoints.json`,
    `up to where each partition is whole and where it starts, ${how === 'missing' ? 'is missing' : 'cannot be read'}: the start has read all that it may have said. Damage in what was written last before the end cannot be told from a torn tail, and was cut; records that were given up with DeleteRecords are there again where their file is`,
  )
}

/** WEIR-3009 for `security.json` of a log that is not new; one that cannot be read is WEIR-3020. */
export function lostSecurity(directory: string): WeirError {
  return lost(
    `${directory}/security.json`,
    'the users, ACLs and quotas, is missing: only what the project declares is there',
  )
}

function lost(file: string, rest: string): WeirError {
  return new WeirError('WEIR-3009', `${file}, which holds ${rest}`, { details: { file } })
}
