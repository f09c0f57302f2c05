import { join } from 'node:path'
import { WeirError } from '../../kernel/errors/weir-error.ts'
import type { Files } from '../../kernel/files/files.ts'
import { writeDurably } from './write-durably.ts'

/** One step of the data directory's history. It may run again after a crash in its middle: each must be repeatable. */
export interface FormatMigration {
  /** The format that it starts from; it leads to the next. */
  readonly from: number
  /** What the user is told: `names the tails by epoch`. */
  readonly title: string
  migrate(directory: string, files: Files): Promise<void>
}

/** The format that this version writes. Raise it with a migration in the same commit. */
const currentFormat = 1
const formatMigrations: readonly FormatMigration[] = []

/**
 * Reads `format.json`: a newer format is refused (WEIR-2006), an older one migrated step by step, each recorded durably
 * before the next; a new directory gets the current one. Returns what to tell the user.
 */
export async function openFormat(
  directory: string,
  files: Files,
  { current = currentFormat, migrations = formatMigrations } = {},
): Promise<readonly string[]> {
  const path = join(directory, 'format.json')
  const found = await readFormat(path, files)
  if (found === undefined) {
    await writeFormat(directory, current, files)
    return []
  }
  if (found > current)
    throw new WeirError(
      'WEIR-2006',
      `${directory} has data format ${found}; this version of Weir knows formats up to ${current}. Use the newer Weir that wrote it`,
    )
  const notices: string[] = []
  for (let format = found; format < current; format++) {
    const step = migrations.find(({ from }) => from === format)
    if (!step) throw new WeirError('WEIR-2006', `no way leads from data format ${format} of ${directory} to ${current}`)
    await step.migrate(directory, files)
    await writeFormat(directory, format + 1, files)
    notices.push(`data format ${format} was migrated to ${format + 1}: ${step.title}`)
  }
  return notices
}

async function readFormat(path: string, files: Files): Promise<number | undefined> {
  if ((await files.size(path)) === undefined) return undefined
  const text = (await files.read(path)).toString()
  try {
    const { format } = JSON.parse(text) as { format: unknown }
    if (typeof format === 'number' && Number.isInteger(format) && format >= 0) return format
  } catch {
    // Told below.
  }
  throw new WeirError('WEIR-2006', `${path} does not hold {"format": NUMBER} but ${JSON.stringify(text.slice(0, 80))}`)
}

function writeFormat(directory: string, format: number, files: Files): Promise<void> {
  return writeDurably(join(directory, 'format.json'), `${JSON.stringify({ format })}\n`, files)
}
