import { controlCodes } from './control-codes.ts'
import { deliveryCodes } from './delivery-codes.ts'
import { internalCodes } from './internal-codes.ts'
import { lakeCodes } from './lake-codes.ts'
import { processCodes } from './process-codes.ts'
import { projectCodes } from './project-codes.ts'
import { sqlCodes } from './sql-codes.ts'
import { storageCodes } from './storage-codes.ts'
import { streamCodes } from './stream-codes.ts'

/**
 * Every error code there is, by area: 1 project, 2 processes, 3 streams, 4 lake, 5 delivery, 6 SQL, 7 control plane,
 * 8 storage, 9 internal. `docs/reference/errors.md` is made from it. A code is never given a second meaning.
 */
export const catalogue = {
  ...projectCodes,
  ...processCodes,
  ...streamCodes,
  ...lakeCodes,
  ...deliveryCodes,
  ...sqlCodes,
  ...controlCodes,
  ...storageCodes,
  ...internalCodes,
} as const

export type ErrorCode = keyof typeof catalogue
