import { asWeirError, WeirError } from '../../kernel/errors/weir-error.ts'
import type { CrawlPlan } from '../crawl-plan.ts'
import type { Finding, ListedFile } from '../finding.ts'
import type { FileSource } from '../source/file-source.ts'
import { guessFormat } from './guess-format.ts'
import { lookAtCsv } from './look-csv.ts'
import { lookAtJson } from './look-json.ts'
import { lookAtParquet, type QueryRows } from './look-parquet.ts'
import { textChunks } from './text-chunks.ts'

/** Most small files are read by this alone. */
const headBytes = 1 << 16

/** What one file holds. Whatever is wrong with it is its finding, and stops nobody; a bucket that does not answer does. */
export async function lookAtFile(
  source: FileSource,
  file: ListedFile,
  plan: CrawlPlan,
  query: QueryRows,
): Promise<Finding> {
  if (file.isLink)
    return { kind: 'left out', reason: 'symbolic link', detail: 'links are not followed. Put the file itself there' }
  if (file.sizeBytes === 0) return { kind: 'left out', reason: 'empty', detail: 'it has no bytes' }
  if (file.isArchived)
    return unreadable('it lies in an archive (Glacier). Restore it into a class that can be read, or exclude it', true)
  try {
    return await look(source, file, plan, query)
  } catch (error) {
    if (error instanceof WeirError && ['WEIR-8004', 'WEIR-4024'].includes(error.code)) throw error
    const [detail = ''] = asWeirError(error).message.split('\n')
    return unreadable(detail, isOutside(error))
  }
}

/** Rights, disks and networks change without the file. */
function isOutside(error: unknown): boolean {
  const { code = '', syscall } = error as NodeJS.ErrnoException
  return syscall !== undefined || ['WEIR-8011', 'WEIR-8002'].includes(code)
}

function unreadable(detail: string, again: boolean): Finding {
  return { kind: 'left out', reason: 'unreadable', detail, ...(again ? { again } : {}) }
}

async function look(source: FileSource, file: ListedFile, plan: CrawlPlan, query: QueryRows): Promise<Finding> {
  const head = await source.head(file, headBytes)
  const guessed = guessFormat(file.path, head)
  if (typeof guessed === 'string') return { kind: 'left out', reason: 'no table', detail: guessed }
  const { format, compression, why } = guessed
  if (plan.format !== null && plan.format !== 'delta' && format !== plan.format) return otherFormat(format, plan.format)
  const text = () => textChunks(bytesOf(source, file, head), compression)
  const found =
    format === 'parquet'
      ? await source.withFooter(file, (path) => lookAtParquet(path, query))
      : format === 'csv'
        ? await lookAtCsv(text(), compression, plan)
        : await lookAtJson(text(), compression, plan)
  return found.kind === 'readable' ? { ...found, why: [why, ...found.why] } : found
}

/** What was read already is not read again, where that is all. */
async function* bytesOf(source: FileSource, file: ListedFile, head: Buffer): AsyncIterable<Buffer> {
  if (head.length === file.sizeBytes) yield head
  else yield* source.bytes(file)
}

export function otherFormat(found: string, wanted: string): Finding {
  return { kind: 'left out', reason: 'other format', detail: `it is ${found}, the table is of ${wanted}` }
}
